using System.Globalization;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>Plans in words, with revisions told by the image that they hold.</summary>
internal static class PlanWords
{
    public static string[] Effects(ModelWorld world, StatefulSetPlan plan) => [.. plan.Effects.Select(effect => Effect(world, plan, effect))];

    /// <summary>The whole plan, a line each.</summary>
    public static IEnumerable<string> Whole(ModelWorld world, StatefulSetPlan plan)
    {
        foreach (var effect in plan.Effects)
            yield return $"{Effect(world, plan, effect),-38} because {Shown(world, plan, effect.Reason)}";
        foreach (var note in plan.Notes)
            yield return $"warn {note.Reason}: {note.Message}";
        if (plan.Status is { } status)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"write status: generation {status.ObservedGeneration}, {status.Replicas} pods, {status.ReadyReplicas} ready, {status.AvailableReplicas} available, {status.CurrentReplicas} of {Image(world, plan, status.CurrentRevision)}, {status.UpdatedReplicas} of {Image(world, plan, status.UpdateRevision)} wanted");
        }
        if (plan.RequeueAfter is { } delay)
            yield return string.Create(CultureInfo.InvariantCulture, $"plan again in {delay.TotalSeconds:0.###} s");
        yield return plan.Waiting.Length > 0 ? $"waits: {plan.Waiting}" : "waits for nothing";
    }

    private static string Effect(ModelWorld world, StatefulSetPlan plan, StatefulSetEffect effect) => effect switch
    {
        CreateRevision create => $"create revision {Number(create.Revision)} of {Image(create.Revision)}",
        RenumberRevision renumber => $"renumber revision of {Image(renumber.Revision)} to {Number(renumber.Revision)}",
        DeleteRevision delete => $"delete revision {Number(delete.Revision)} of {Image(delete.Revision)}",
        AdoptRevision adopt => $"adopt revision of {Image(adopt.Revision)}",
        AdoptPod adopt => $"adopt pod {adopt.Pod.Metadata.Name}",
        ReleasePod release => $"release pod {release.Pod.Metadata.Name}",
        CreateClaim create => $"create claim {create.Claim.Metadata.Name}{Owners(create.Claim.Metadata)}",
        UpdateClaim update => $"update claim {update.Claim.Metadata.Name}{Owners(update.Claim.Metadata)}",
        CreatePod create => $"create pod {create.Pod.Metadata.Name} of {Image(world, plan, StatefulSetIdentity.Revision(create.Pod))}",
        UpdatePod update => $"update pod {update.Pod.Metadata.Name}",
        DeletePod delete => $"delete pod {delete.Pod.Metadata.Name}",
        _ => effect.ToString(),
    };

    private static string Owners(ObjectMeta metadata) => metadata.OwnerReferences.IsEmpty
        ? " owned by nobody"
        : $" owned by {string.Join(", ", metadata.OwnerReferences.Select(owner => $"{owner.Kind} {owner.Name}"))}";

    private static string Number(ControllerRevision revision) => revision.Revision.ToString(CultureInfo.InvariantCulture);

    private static string Image(ControllerRevision revision) => RevisionHistory.Template(revision).Spec.Containers[0].Image;

    private static string Image(ModelWorld world, StatefulSetPlan plan, string revision) =>
        Known(world, plan).FirstOrDefault(known => known.Metadata.Name == revision) is { } found ? Image(found) : "no revision";

    private static string Shown(ModelWorld world, StatefulSetPlan plan, string reason) =>
        Known(world, plan).Aggregate(reason, (text, revision) => text.Replace(revision.Metadata.Name, Image(revision), StringComparison.Ordinal));

    private static IEnumerable<ControllerRevision> Known(ModelWorld world, StatefulSetPlan plan) =>
        world.Revisions.Concat(plan.Effects.OfType<CreateRevision>().Select(create => create.Revision));
}
