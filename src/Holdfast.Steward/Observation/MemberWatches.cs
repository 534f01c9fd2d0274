using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Platform;
using Holdfast.Platform.Metrics;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>
/// Asks every member of every target, each on a schedule of its own so that one who hangs delays no other, and all of a target on demand.
/// Never more than a bound at once; ages count by a clock that never jumps.
/// </summary>
/// <param name="caller">Calls members.</param>
/// <param name="environment">The world.</param>
/// <param name="onChange">Told of the Steward whose members mean something else than before; quick.</param>
public sealed class MemberWatches(MemberCaller caller, ClientEnvironment environment, Action<ResourceKey> onChange) : IDisposable
{
    /// <summary>How many members are asked at once.</summary>
    public const int MaximumAtOnce = 64;

    // The API server waits ten seconds for its answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Turns _turns = new(MaximumAtOnce);
    private readonly Dictionary<ResourceKey, Dictionary<string, Watch>> _targets = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly DurationHistogram _took = environment.Metrics.Durations("holdfast_steward_observation_duration_seconds", "How long a member took to say how it is.");
    private readonly MetricCounter _answered = Observations(environment, "answered");
    private readonly MetricCounter _unknown = Observations(environment, "unknown");

    /// <summary>Says whom a Steward watches from now on; others of it are watched no more.</summary>
    /// <param name="steward">The Steward.</param>
    /// <param name="description">How its members are spoken to.</param>
    /// <param name="members">The members that have a pod.</param>
    public void Track(ResourceKey steward, MemberDescription description, IReadOnlyCollection<WatchedMember> members)
    {
        lock (_gate)
        {
            if (!_targets.TryGetValue(steward, out var watches))
                _targets[steward] = watches = new(StringComparer.Ordinal);
            foreach (var gone in watches.Keys.Except(members.Select(member => member.PodUid), StringComparer.Ordinal).ToList())
                End(watches, gone);
            foreach (var member in members)
            {
                if (watches.TryGetValue(member.PodUid, out var known))
                    known.Subject = (description, member);
                else
                    Begin(steward, watches, new Watch { Subject = (description, member) });
            }
        }
    }

    /// <summary>Watches none of a Steward's members any more.</summary>
    /// <param name="steward">The Steward.</param>
    public void Forget(ResourceKey steward)
    {
        lock (_gate)
        {
            if (!_targets.Remove(steward, out var watches))
                return;
            foreach (var uid in watches.Keys.ToList())
                End(watches, uid);
        }
    }

    /// <summary>What is known of a member at this moment.</summary>
    /// <param name="steward">The Steward.</param>
    /// <param name="podUid">The uid of the member's pod.</param>
    public MemberReading Read(ResourceKey steward, string podUid)
    {
        lock (_gate)
            return (Find(steward, podUid)?.Notes ?? MemberNotes.Start).ToReading(environment.Time);
    }

    /// <summary>What is known of a member by its answer to a question that was put since a moment: before a deed, nothing that was said earlier counts.</summary>
    /// <param name="steward">The Steward.</param>
    /// <param name="podUid">The uid of the member's pod.</param>
    /// <param name="since">The moment, as <see cref="RefreshAsync"/> gives it.</param>
    public MemberReading ReadSince(ResourceKey steward, string podUid, long since)
    {
        lock (_gate)
            return (Find(steward, podUid)?.Notes ?? MemberNotes.Start).ToReading(environment.Time, since);
    }

    /// <summary>What of a member's last answer could not be had, in words; empty when all could.</summary>
    /// <param name="steward">The Steward.</param>
    /// <param name="podUid">The uid of the member's pod.</param>
    public string ProblemOf(ResourceKey steward, string podUid)
    {
        lock (_gate)
            return Find(steward, podUid)?.Notes.Failure ?? "";
    }

    /// <summary>
    /// Asks all members of a Steward now; ends when each has answered or its time is over. An answer may have been lost: who was heard of lately and is late now is
    /// asked once more, where neither whoever waits for this gives up meanwhile nor what the others said grows too old.
    /// </summary>
    /// <param name="steward">The Steward.</param>
    /// <param name="maximumAge">How old an answer may be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The moment since which they were asked, for <see cref="ReadSince"/>.</returns>
    public async Task<long> RefreshAsync(ResourceKey steward, TimeSpan maximumAge, CancellationToken cancellationToken)
    {
        List<Watch> watches;
        lock (_gate)
            watches = _targets.TryGetValue(steward, out var found) ? [.. found.Values] : [];
        var since = environment.Time.GetTimestamp();
        await Task.WhenAll(watches.Select(watch => AskAsync(steward, watch, cancellationToken)));
        if (environment.Time.GetElapsedTime(since) is var took && took <= Patience && 2.2 * took < maximumAge)
            await Task.WhenAll(watches.Where(watch => IsJustSilent(watch, since)).Select(watch => AskAsync(steward, watch, cancellationToken)));
        return since;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not CancelAsync: it would leave the simulator's one thread.
        _stop.Cancel();
        lock (_gate)
            _targets.Clear();
    }

    private bool IsJustSilent(Watch watch, long since)
    {
        lock (_gate)
            return watch.Notes is { Said: not null, Silence.Length: > 0 } notes && notes.Timestamp < since && environment.Time.GetElapsedTime(notes.Timestamp) < Lately;
    }

    private Watch? Find(ResourceKey steward, string podUid) =>
        _targets.TryGetValue(steward, out var watches) ? watches.GetValueOrDefault(podUid) : null;

    private void Begin(ResourceKey steward, Dictionary<string, Watch> watches, Watch watch)
    {
        watches.Add(watch.Subject.Member.PodUid, watch);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        watch.Stop = stop;
        _ = environment.Runner.Start($"observing {steward}", token => RunAsync(steward, watch, token), stop.Token);
    }

    private static void End(Dictionary<string, Watch> watches, string podUid)
    {
        if (!watches.Remove(podUid, out var watch))
            return;
        watch.Stop?.Cancel();
        watch.Stop?.Dispose();
    }

    private async Task RunAsync(ResourceKey steward, Watch watch, CancellationToken stop)
    {
        // Members are not asked in step: a part of the period passes first, another for each.
        var spread = environment.Chance.NextDouble() * 0.2;
        while (!stop.IsCancellationRequested)
        {
            await AskAsync(steward, watch, stop);
            await environment.Time.DelayAsync(watch.Subject.Description.Period * (0.9 + spread), stop);
        }
    }

    private async Task AskAsync(ResourceKey steward, Watch watch, CancellationToken cancellationToken)
    {
        var (description, member) = watch.Subject;
        await _turns.TakeAsync(cancellationToken);
        try
        {
            var askedAt = environment.Time.GetTimestamp();
            var answer = await caller.ObserveAsync(description, new ActionScope(member.Set, member.Member), member.Place, cancellationToken);
            (answer.IsAnswered ? _answered : _unknown).Increment();
            var took = environment.Time.GetElapsedTime(askedAt);
            _took.Record(took);
            if (Note(watch, askedAt, notes => notes.With(answer, askedAt, took, environment.Time.GetUtcNow())))
                onChange(steward);
        }
        finally
        {
            _turns.Return();
        }
    }

    private static MetricCounter Observations(ClientEnvironment environment, string result) =>
        environment.Metrics.Counter("holdfast_steward_observations_total", "Looks at members, by whether they said anything.", ("result", result));

    // Two may ask one member at once; the answer to the later question counts.
    private bool Note(Watch watch, long askedAt, Func<MemberNotes, MemberNotes> change)
    {
        lock (_gate)
        {
            if (askedAt < watch.AskedAt)
                return false;
            var before = watch.Notes;
            watch.AskedAt = askedAt;
            watch.Notes = change(before);
            return !before.MeansTheSame(watch.Notes);
        }
    }

    private sealed class Watch
    {
        public (MemberDescription Description, WatchedMember Member) Subject { get; set; }

        public MemberNotes Notes { get; set; } = MemberNotes.Start;

        public long AskedAt { get; set; }

        public CancellationTokenSource? Stop { get; set; }
    }
}
