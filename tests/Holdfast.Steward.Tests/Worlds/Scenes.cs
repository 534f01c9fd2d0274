using System.Globalization;
using Holdfast.Model.Apps;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Plans;

namespace Holdfast.Steward.Tests.Worlds;

/// <summary>Targets to plan for: a set of some members that are all well and at revision web-1.</summary>
internal static class Scenes
{
    private const string Whole = """
        {"metadata": {"name": "web", "namespace": "default", "uid": "steward-1", "generation": 1},
         "spec": {"targetRef": {"name": "web"},
          "member": {"preset": "test", "joins": "AfterStart", "joinLearner": {"httpPost": {"path": "/join"}}, "promote": {"httpPost": {"path": "/promote"}},
                     "remove": {"httpPost": {"path": "/remove"}}, "transferLeadership": {"httpPost": {"path": "/lead"}}, "drain": {"httpPost": {"path": "/drain"}}}
          MORE}}
        """;

    public static StewardResource Steward(string more = "") => new StewardRules().Default(ModelJson.Read<StewardResource>(Whole.Replace("MORE", more, StringComparison.Ordinal)));

    public static StatefulSet Set(int replicas, string strategy)
    {
        var set = ModelJson.Read<StatefulSet>("""
            {"metadata": {"name": "web", "namespace": "default", "uid": "set-1", "generation": 1},
             "spec": {"serviceName": "web", "podManagementPolicy": "OrderedReady", "selector": {"matchLabels": {"app": "web"}},
              "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1.0.0", "ports": [{"name": "client", "containerPort": 8080}]}]}},
              "volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
             "status": {"observedGeneration": 1, "currentRevision": "web-1", "updateRevision": "web-1"}}
            """);
        var update = new StatefulSetUpdateStrategy { Type = strategy, RollingUpdate = strategy == "OnDelete" ? null : new() { Partition = replicas } };
        return set with { Spec = set.Spec with { Replicas = replicas, UpdateStrategy = update } };
    }

    public static TargetObservation Observation(int replicas = 3, string strategy = "OnDelete", string steward = "", int leader = 0) => new(Steward(steward), Members.Noon)
    {
        Set = Set(replicas, strategy),
        Members = [.. Members.Well(replicas, leader).Select(member => member with { Claims = [Claim(member.Ordinal)] })],
        Snapshots = SnapshotSupport.Served,
        Revisions = [Revision("web-1"), Revision("web-2"), Revision("web-3")],
    };

    public static ModelWorld World(int replicas = 3, string strategy = "OnDelete", string steward = "", int leader = 0) => new(Observation(replicas, strategy, steward, leader));

    public static void Template(this ModelWorld world, string revision) =>
        world.ChangeSet(set => set with { Status = set.Status with { UpdateRevision = revision } });

    public static void Spec(this ModelWorld world, Func<StewardSpec, StewardSpec> change) =>
        world.Change(seen => seen with { Steward = seen.Steward with { Spec = change(seen.Steward.Spec), Metadata = seen.Steward.Metadata with { Generation = seen.Steward.Metadata.Generation + 1 } } });

    public static ControllerRevision Revision(string name) => new() { Metadata = new() { Name = name }, Revision = long.Parse(name[4..], CultureInfo.InvariantCulture) };

    public static ClaimFacts Claim(int ordinal) => new($"data-{Members.Name(ordinal)}", $"claim-{ordinal}", "Bound", $"pv-{ordinal}", false);
}
