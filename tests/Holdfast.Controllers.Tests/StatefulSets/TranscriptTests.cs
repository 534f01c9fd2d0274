using System.Globalization;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>
/// Scenarios as text: what changes, a line, and the whole plan that follows. Written anew with HOLDFAST_REWRITE_TRANSCRIPTS=1;
/// the difference is then for a person to read.
/// </summary>
public sealed class TranscriptTests
{
    private static readonly Transcripts Scenarios = new("tests/Holdfast.Controllers.Tests/StatefulSets/Transcripts");

    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_goes_as_its_transcript_says(string name)
    {
        var (written, played) = Scenarios.Play(name, Play);
        Assert.Equal(written, played);
    }

    private static string Play(string written)
    {
        var world = new ModelWorld();
        return Transcripts.PlayPlans(written, words => Obey(world, words), () =>
        {
            var plan = world.Plan();
            var told = PlanWords.Whole(world, plan).ToList();
            world.Apply(plan);
            return told;
        });
    }

    private static void Obey(ModelWorld world, string[] words)
    {
        switch (words[0])
        {
            case "set":
                foreach (var change in words.Skip(1))
                    ChangeSet(world, change.Split('=')[0], change.Split('=')[1]);
                break;
            case "pod":
                ChangePod(world, int.Parse(words[1]["web-".Length..], CultureInfo.InvariantCulture), words[2]);
                break;
            case "claim":
                ChangeClaim(world, int.Parse(words[1]["data-web-".Length..], CultureInfo.InvariantCulture), words[2]);
                break;
            case "delete":
                world.SetOnly(set => set with { Metadata = set.Metadata with { DeletionTimestamp = world.Now } });
                break;
            case "pass":
                world.Now += TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture));
                break;
            case "settle":
                world.Settle();
                break;
            default:
                throw new FormatException($"a transcript says {string.Join(' ', words)}, which nobody understands");
        }
    }

    private static void ChangeSet(ModelWorld world, string field, string value) => _ = field switch
    {
        "replicas" => world.Scale(int.Parse(value, CultureInfo.InvariantCulture)),
        "image" => world.Image(value),
        "partition" => world.Rolling(rolling => rolling with { Partition = int.Parse(value, CultureInfo.InvariantCulture) }),
        "maxUnavailable" => world.Rolling(rolling => rolling with { MaxUnavailable = value.EndsWith('%') ? (IntOrString)value : int.Parse(value, CultureInfo.InvariantCulture) }),
        "minReadySeconds" => world.Change(spec => spec with { MinReadySeconds = int.Parse(value, CultureInfo.InvariantCulture) }),
        "podManagementPolicy" => world.Change(spec => spec with { PodManagementPolicy = value }),
        "whenScaled" => world.Change(spec => spec with { PersistentVolumeClaimRetentionPolicy = spec.PersistentVolumeClaimRetentionPolicy! with { WhenScaled = value } }),
        "whenDeleted" => world.Change(spec => spec with { PersistentVolumeClaimRetentionPolicy = spec.PersistentVolumeClaimRetentionPolicy! with { WhenDeleted = value } }),
        "updateStrategy" => world.Change(spec => spec with { UpdateStrategy = new StatefulSetUpdateStrategy { Type = value } }),
        "revisionHistoryLimit" => world.Change(spec => spec with { RevisionHistoryLimit = int.Parse(value, CultureInfo.InvariantCulture) }),
        "start" => world.Change(spec => spec with
        {
            Ordinals = value.Length == 0 ? null : new StatefulSetOrdinals { Start = int.Parse(value, CultureInfo.InvariantCulture) },
        }),
        _ => throw new FormatException($"a transcript sets {field}, which nobody understands"),
    };

    private static void ChangePod(ModelWorld world, int ordinal, string state) => _ = state switch
    {
        "ready" => world.Ready(ordinal),
        "unready" => world.Unready(ordinal),
        "failed" => world.Phase(ordinal, "Failed"),
        "succeeded" => world.Phase(ordinal, "Succeeded"),
        "evicted" => world.Put(world.Find(ordinal)! with { Status = new PodStatus { Phase = "Failed", Reason = "Evicted" } }),
        "orphaned" => world.Change(ordinal, metadata => metadata with { OwnerReferences = default }),
        "unmatched" => world.Change(ordinal, metadata => metadata with { Labels = metadata.Labels.SetItem("app", "other") }),
        "stranger" => world.Put(new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = ModelWorld.PodName(ordinal),
                Uid = "stranger",
                Labels = ValueMap.Of(("app", "web")),
                OwnerReferences = [new OwnerReference { Kind = "StatefulSet", Name = "other", Uid = "other", Controller = true }],
            },
        }),
        "bare" => world.Put(new Pod
        {
            Metadata = new ObjectMeta { Name = ModelWorld.PodName(ordinal), Uid = "bare", Labels = ValueMap.Of(("app", "web")) },
            Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "web:1" }] },
        }).Ready(ordinal),
        "terminating" => world.Terminate(ordinal),
        "gone" => world.Gone(ordinal),
        _ => throw new FormatException($"a transcript makes a pod {state}, which nobody understands"),
    };

    private static void ChangeClaim(ModelWorld world, int ordinal, string state)
    {
        var claim = world.Claim(ordinal)!;
        _ = state switch
        {
            "gone" => world.Forget(claim),
            "terminating" => world.Put(claim with { Metadata = claim.Metadata with { DeletionTimestamp = world.Now } }),
            "owned-by-stranger" => world.Put(claim with
            {
                Metadata = claim.Metadata with { OwnerReferences = [new OwnerReference { Kind = "Backup", Name = "nightly", Uid = "stranger", Controller = true }] },
            }),
            _ => throw new FormatException($"a transcript makes a claim {state}, which nobody understands"),
        };
    }
}
