using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Core;
using Holdfast.Platform;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>Any state that a set can be found in.</summary>
internal static class RandomWorlds
{
    public static ModelWorld Draw(SeededChance chance)
    {
        var world = new ModelWorld(chance.Next(6));
        var revisions = new List<string>();
        for (var version = 1; version <= 3; version++)
        {
            world.Image(string.Create(CultureInfo.InvariantCulture, $"web:{version}"));
            var revision = RevisionHistory.Of(world.Set, version, 0);
            world.Put(revision);
            revisions.Add(revision.Metadata.Name);
        }
        world.SetOnly(set => set with { Status = set.Status with { CurrentRevision = revisions[chance.Next(3)], CurrentReplicas = chance.Next(4) } });
        ChangeSpec(world, chance);
        for (var ordinal = 0; ordinal < 8; ordinal++)
            MaybePod(world, chance, ordinal, revisions[chance.Next(3)]);
        return world;
    }

    public static void ChangeSpec(ModelWorld world, SeededChance chance)
    {
        world.Scale(chance.Next(6));
        world.Image(string.Create(CultureInfo.InvariantCulture, $"web:{1 + chance.Next(4)}"));
        world.Rolling(rolling => rolling with
        {
            Partition = chance.Next(3) == 0 ? chance.Next(5) : 0,
            MaxUnavailable = chance.Next(4) switch { 0 => 2, 1 => "50%", _ => null },
        });
        world.Change(spec => spec with
        {
            PodManagementPolicy = chance.Next(3) == 0 ? "Parallel" : "OrderedReady",
            MinReadySeconds = chance.Next(3) == 0 ? 3 : 0,
            Ordinals = chance.Next(4) == 0 ? new() { Start = chance.Next(4) } : null,
            UpdateStrategy = spec.UpdateStrategy with { Type = chance.Next(6) == 0 ? "OnDelete" : "RollingUpdate" },
        });
        // As the defaults have it: only a rolling update has parameters.
        world.Change(spec => spec.UpdateStrategy.Type == "OnDelete" ? spec with { UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = null } } : spec);
        world.Retention(chance.Next(2) == 0 ? "Delete" : "Retain", chance.Next(2) == 0 ? "Delete" : "Retain");
    }

    private static void MaybePod(ModelWorld world, SeededChance chance, int ordinal, string revision)
    {
        if (chance.Next(3) == 0)
            return;
        var set = world.Set;
        var pod = StatefulSetIdentity.NewPod(set, set.Spec.Template, revision, ordinal);
        pod = pod with { Metadata = pod.Metadata with { Uid = world.NewUid() }, Status = new PodStatus { Phase = "Pending" } };
        if (chance.Next(8) == 0)
            pod = pod with { Metadata = pod.Metadata with { OwnerReferences = default } };
        if (chance.Next(8) == 0)
            pod = pod with { Metadata = pod.Metadata with { Labels = pod.Metadata.Labels.Remove(StatefulSetIdentity.PodIndexLabel) } };
        world.Put(pod);
        _ = chance.Next(6) switch
        {
            0 => world,
            1 => world.Phase(ordinal, chance.Next(2) == 0 ? "Failed" : "Succeeded"),
            2 => world.Unready(ordinal),
            3 when !pod.Metadata.OwnerReferences.IsEmpty => world.Ready(ordinal).Terminate(ordinal),
            _ => world.Ready(ordinal),
        };
        foreach (var claim in StatefulSetIdentity.Claims(set, ordinal).Where(_ => chance.Next(4) != 0))
            world.Put(claim with { Metadata = claim.Metadata with { Uid = world.NewUid() } });
    }
}
