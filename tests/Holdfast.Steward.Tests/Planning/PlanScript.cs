using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Plans;
using Holdfast.Steward.Tests.Worlds;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>A world that is told what happens, and tells what is planned and done until it rests, a line each with the seconds since the beginning.</summary>
internal sealed class PlanScript
{
    private const int Patience = 25;

    private ModelWorld _world = Scenes.World();
    private readonly List<(EvictionAsk Ask, DateTimeOffset At)> _asked = [];
    private string _lastWaiting = "";

    public void Obey(string[] words)
    {
        var (first, rest) = (words[0], words[1..]);
        switch (first)
        {
            case "set":
                _world = Scenes.World(Number(rest[0]), rest[1], leader: rest.Length > 2 ? Number(rest[2][^1..]) : 0);
                break;
            case "template":
                _world.Template(rest[0]);
                break;
            case "recreated":
                Recreate(rest[0]);
                break;
            case "broken":
                _world.BrokenRevisions = [.. rest];
                break;
            case "format":
                _world.RunsAs = (revision, values) => revision == rest[0] ? values with { DataFormat = rest[1], ReadableFormat = rest[1] } : values;
                break;
            case "spec":
                _world.Change(seen => seen with { Steward = Scenes.Steward(", " + string.Join(' ', rest)) with { Status = seen.Steward.Status } });
                break;
            case "partition":
                _world.Apply(StewardPlan.Do(new SetPartition(Number(rest[0]), "a person set it")));
                break;
            case "ordinals":
                _world.ChangeSet(set => set with { Spec = set.Spec with { Ordinals = new() { Start = Number(rest[0]) } } });
                break;
            case "cordon" or "uncordon":
                _world.Change(seen => seen with { Members = [.. seen.Members.Select(member => rest.Contains(member.Name) ? member with { Pod = member.Pod! with { IsCordoned = first == "cordon" } } : member)] });
                break;
            case "wanted":
                _world.ChangeSet(set => set with { Metadata = set.Metadata with { Annotations = set.Metadata.Annotations.SetItem(StewardNames.WantedReplicasAnnotation, rest[0]) } });
                break;
            case "replicas":
                _world.ChangeSet(set => set with { Spec = set.Spec with { Replicas = Number(rest[0]) } });
                break;
            case "gate":
                _world.Change(seen => seen with { Gates = [new GateReading(rest[0], double.Parse(rest[1], CultureInfo.InvariantCulture), TimeSpan.Zero, rest[2] == "held" ? TimeSpan.FromHours(1) : null, "")] });
                break;
            case "pass":
                _world.Change(seen => seen with { Now = seen.Now + TimeSpan.FromSeconds(Number(rest[0])) });
                break;
            default:
                throw new FormatException($"a transcript says {string.Join(' ', words)}, which nobody understands");
        }
    }

    /// <summary>Goes on until nothing changes, or, with a number, for so many plans.</summary>
    public string Run(int plans)
    {
        var told = new StringBuilder();
        var waits = 0;
        for (var round = 0; round < plans && waits < Patience; round++)
        {
            var plan = WorkPlanner.Plan(View());
            waits = plan.Memory is null && plan.Effect is null ? waits + 1 : 0;
            Tell(told, plan);
            _world.Apply(plan);
            if (waits > 0)
                _world.Pass(plan.RequeueAfter is { } after && after > TimeSpan.FromSeconds(1) ? after : TimeSpan.FromSeconds(1));
        }
        if (waits >= Patience)
            Line(told, _lastWaiting.Length > 0 ? $"rests: {_lastWaiting}" : "rests");
        _lastWaiting = "";
        return told.ToString();
    }

    public string Evict(string pod, string user, bool isForced, string reason)
    {
        var answer = EvictionPlanner.Answer(
            View(), new EvictionRequest(pod, _world.Observation.Find(pod)?.Pod?.Uid ?? "", user, isForced, false, false, reason));
        var told = new StringBuilder();
        Line(told, answer.IsAllowed ? $"{pod}: allowed" : $"{pod}: {answer.Status} {answer.Message}");
        foreach (var heard in answer.Events)
            Line(told, $"  {heard.Reason}: {heard.Message}");
        if (answer.Status == 429)
            _asked.Add((new EvictionAsk(pod, _world.Observation.Find(pod)?.Pod?.Uid ?? ""), _world.Observation.Now));
        if (answer.Memory is { } memory)
            _world.Apply(StewardPlan.Remember(memory));
        if (answer.IsAllowed)
            _world.Apply(StewardPlan.Do(new EvictMember(pod, _world.Observation.Find(pod)?.Pod?.Uid ?? "", user)));
        return told.ToString();
    }

    // As the Steward's notes have it: for a while after each refusal.
    private StewardView View()
    {
        _world.Change(seen => seen with { Asked = [.. _asked.Where(each => seen.Now - each.At < EvictionNotes.Lately).Select(each => each.Ask).DistinctBy(ask => ask.PodUid)] });
        return StewardView.Of(_world.Observation);
    }

    /// <summary>The set is deleted without its pods and created anew with another template: it has one revision only, and the webhook's partition or none.</summary>
    private void Recreate(string revision)
    {
        var set = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = _world.Observation.Set!.Spec.Replicas, ["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate" } } };
        var answer = SetChanges.Adopting(new AdmissionQuestion("u", "CREATE", "statefulsets", "", "default", "web", "alice", [], false) { Object = set }, "web");
        var partition = answer.Changes is [var change, ..] ? (int?)change.Value["partition"] : null;
        _world.ChangeSet(old => old with
        {
            Spec = old.Spec with { UpdateStrategy = old.Spec.UpdateStrategy with { RollingUpdate = new() { Partition = partition } } },
            Status = old.Status with { CurrentRevision = revision, UpdateRevision = revision },
        });
    }

    private void Tell(StringBuilder told, StewardPlan plan)
    {
        if (plan.Memory is { } memory)
        {
            _lastWaiting = "";
            var operation = memory.Operation is { } going ? $"{going.Kind} {going.Member} {going.Phase}" : "no operation";
            Line(told, $"remember: {operation}{(memory.Rollout is { } rollout ? $", rollout {rollout.Phase} to {rollout.ToRevision}" : "")}");
            foreach (var heard in plan.Events)
                Line(told, $"  {heard.Reason}: {heard.Message}");
        }
        else if (plan.Effect is { } effect)
        {
            _lastWaiting = "";
            Line(told, $"do: {Words(effect)}, because {effect.Reason}");
        }
        else if (plan.Waiting.Length > 0 && plan.Waiting != _lastWaiting)
        {
            Line(told, $"wait: {plan.Waiting}");
            _lastWaiting = plan.Waiting;
        }
    }

    private static string Words(StewardEffect effect) => effect switch
    {
        EvictMember evict => $"evict {evict.Member}",
        HandOver handOver => $"hand over from {handOver.From} to {handOver.To}",
        SetPartition partition => string.Create(CultureInfo.InvariantCulture, $"set partition {partition.Partition}"),
        RestoreTemplate restore => $"restore template {restore.Revision.Metadata.Name}",
        CallAction call => $"call {call.Action} for {call.Member} ({call.MemberId ?? "no id yet"})",
        ScaleSet { Start: { } start } scale => string.Create(CultureInfo.InvariantCulture, $"scale the set to {scale.Replicas} from ordinal {start}"),
        ScaleSet scale => string.Create(CultureInfo.InvariantCulture, $"scale the set to {scale.Replicas}"),
        SnapshotClaim snapshot => $"snapshot {snapshot.Claim}",
        DeleteClaim delete => $"delete claim {delete.Claim}",
        _ => effect.ToString(),
    };

    private void Line(StringBuilder told, string words) =>
        told.Append(CultureInfo.InvariantCulture, $"{(_world.Observation.Now - Members.Noon).TotalSeconds,4:0}s {words}\n");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
