using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;
using Holdfast.Store;

namespace Holdfast.Simulator.Checkers;

/// <summary>
/// Sees every request as it reaches the server and every answer as it leaves it, notes who asked for what, and holds the answers
/// against what the store then shows.
/// </summary>
/// <param name="truth">Told of what was asked.</param>
/// <param name="faults">Counts faults.</param>
/// <param name="swallowsEvents">Whether events are taken and never written, as nothing reads them.</param>
/// <param name="keepsPast">Whether snapshots of the past are kept, to answer from.</param>
public sealed class Witness(GroundTruth truth, Tally faults, bool swallowsEvents, bool keepsPast)
{
    private readonly Queue<(long At, Snapshot Snapshot)> _past = new();
    private readonly Queue<Action> _claims = new();
    private Tally _calls = new();

    /// <summary>Counts faults.</summary>
    public Tally Faults => faults;

    /// <summary>Whether events are swallowed.</summary>
    public bool SwallowsEvents => swallowsEvents;

    /// <summary>Told of each write of the controllers once it has taken effect and before it is answered.</summary>
    public Action<string, ApiCall>? OnWritten { get; set; }

    /// <summary>The writes that were asked for most since the last look, for runs that do not come to rest.</summary>
    public string Busiest => string.Join("; ", _calls.Counts.OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal).Take(4).Select(each => $"{each.Key}: {each.Value} times"));

    /// <summary>Forgets who asked for what.</summary>
    public void BeginCounting() => _calls = new Tally();

    /// <summary>A request has reached the server.</summary>
    /// <param name="who">Who asked.</param>
    /// <param name="call">The request.</param>
    public void Arrived(string who, ApiCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        _calls.Add($"{who} {WriterOf(call)} {call.Verb} {call.Type.Plural} {(call.Name.Length > 0 ? call.Name : call.Body?.Metadata.Name)} {call.Subresource}".TrimEnd());
        if (call is { Verb: ApiVerb.Delete, Type.Plural: "pods" } && truth.World.Pod(call.Namespace, call.Name) is { } pod)
            truth.NoteDeletion(pod.Metadata.Uid, WriterOf(call), call.DeleteOptions);
        else if (call is { Verb: ApiVerb.Delete, Type.Plural: "persistentvolumeclaims" } && truth.World.Claim(call.Namespace, call.Name) is { } claim)
            truth.NoteDeletion(claim.Metadata.Uid, WriterOf(call), call.DeleteOptions);
        else if (call.Body is Eviction { DeleteOptions: null or { DryRun.IsEmpty: true } } && !call.IsDryRun && truth.World.Pod(call.Namespace, call.Name) is { } evicted)
            truth.NoteEviction(evicted.Metadata.Uid, who);
        else if (call is { Verb: ApiVerb.Delete, Type.Plural: "configmaps" } && truth.World.Find<ConfigMap>(call.Namespace, call.Name) is { } map)
            truth.NoteDeletion(map.Metadata.Uid, WriterOf(call), call.DeleteOptions);
    }

    /// <summary>The server has refused a request: nothing of it took effect.</summary>
    /// <param name="call">The request.</param>
    public void Refused(ApiCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call is { Verb: ApiVerb.Delete, Type.Plural: "pods" } && truth.World.Pod(call.Namespace, call.Name) is { } pod)
            truth.ForgetDeletion(pod.Metadata.Uid, WriterOf(call));
    }

    /// <summary>A request has taken effect and its answer leaves the server.</summary>
    /// <param name="who">Who asked.</param>
    /// <param name="call">The request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="before">The store's revision when it arrived.</param>
    public void Took(string who, ApiCall call, ApiAnswer answer, long before)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Verb == ApiVerb.Get || call.IsDryRun)
            return;
        OnWritten?.Invoke(who, call);
        CheckFence(who, call, answer, before);
        CheckPreconditions(who, call, answer);
    }

    /// <summary>T7: whoever wrote held the lease, with that term, at the revision of the write.</summary>
    private void CheckFence(string who, ApiCall call, ApiAnswer answer, long before)
    {
        // Where two stand for election, only what carries its term can be refused.
        if (truth.Options.Steward is { HasTwo: true } && GroundTruth.Stewards.Contains(who) && call.Type.Plural != "leases")
            _claims.Enqueue(() => truth.Holds("T7", call.Fence is not null, $"the {who} wrote {call.Type.Plural} {call.Name} without its term"));
        if (call.Fence is { } fence && answer.Object is { } written && Revision.TryParse(written.Metadata.ResourceVersion, out var at) && (long)at > before)
            _claims.Enqueue(() => truth.Holds("T7", truth.LeaderAt(fence.Lease, (long)at) is var leader && leader == (fence.Holder, fence.Term),
                $"{fence.Holder} wrote {call.Type.Plural} {written.Metadata.Name} at revision {at} by its term {fence.Term}, when {truth.LeaderAt(fence.Lease, (long)at).Holder} led with term {truth.LeaderAt(fence.Lease, (long)at).Term}"));
    }

    private void CheckPreconditions(string who, ApiCall call, ApiAnswer answer)
    {
        if (call.Verb == ApiVerb.Update && call.Body is { } body && answer.Object is { } written && truth.World.Keeps(call.Type.GroupResource)
            && Revision.TryParse(body.Metadata.ResourceVersion, out var read) && Revision.TryParse(written.Metadata.ResourceVersion, out var now) && now != read)
            _claims.Enqueue(() => truth.Holds("A6", truth.World.RevisionBefore((long)now) == (long)read,
                $"{who} updated {call.Type.Plural} {written.Metadata.Name} from revision {read} to {now}, but {truth.World.RevisionBefore((long)now)} was between"));
        else if (call is { Verb: ApiVerb.Delete, DeleteOptions.Preconditions.Uid: { } uid } && answer.Object is { } deleted)
            _claims.Enqueue(() => truth.Holds("A6", deleted.Metadata.Uid == uid, $"{who} deleted {deleted.Metadata.Name} of uid {deleted.Metadata.Uid} and had asked for {uid}"));
        else if (call.Body is Eviction { DeleteOptions.Preconditions.Uid: { } meant })
            _claims.Enqueue(() => truth.Holds("A6", truth.RecordOf(meant)?.First.Metadata.Name == call.Name, $"{who} was granted the eviction of {call.Name} and had asked for uid {meant}"));
    }

    /// <summary>A watch has told an event.</summary>
    /// <param name="watcher">Whose watch.</param>
    /// <param name="resource">The collection.</param>
    /// <param name="last">The revision of the event before.</param>
    /// <param name="revision">The event's own.</param>
    /// <param name="isWhole">Whether the watch leaves nothing out.</param>
    public void Streamed(string watcher, string resource, ulong last, ulong revision, bool isWhole) => _claims.Enqueue(() =>
    {
        truth.Holds("A4", revision > last || (!isWhole && revision == last), $"{watcher}'s watch of {resource} told revision {revision} after {last}");
        if (isWhole && truth.World.Keeps(resource))
            truth.Holds("A4", truth.World.ChangesBetween(resource, (long)last, (long)revision) == 0, $"{watcher}'s watch of {resource} left out what happened between {last} and {revision}");
    });

    /// <summary>Holds what was answered against what the store shows; keeps the present for later.</summary>
    /// <param name="store">The store.</param>
    public void Settle(ResourceStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        while (_claims.TryDequeue(out var claim))
            claim();
        if (!keepsPast)
            return;
        var now = truth.Time.GetTimestamp();
        if (_past.Count == 0 || truth.Time.GetElapsedTime(_past.Last().At, now) > TimeSpan.FromSeconds(1))
            _past.Enqueue((now, store.Snapshot()));
        while (_past.Count > 0 && truth.Time.GetElapsedTime(_past.Peek().At, now) > GroundTruth.OldestList)
            _past.Dequeue();
    }

    /// <summary>The oldest snapshot that may still be answered from; null when there is none.</summary>
    public Snapshot? PastSnapshot() => _past.TryPeek(out var oldest) && truth.Time.GetElapsedTime(oldest.At) <= GroundTruth.OldestList ? oldest.Snapshot : null;

    // Controllers share one field manager; which of them it was, they note for themselves.
    private static string WriterOf(ApiCall call) => call.Component.Length > 0 ? call.Component : call.FieldManager;
}
