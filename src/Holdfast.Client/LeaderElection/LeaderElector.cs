using Holdfast.Client.Caching;
using Holdfast.Model.Coordination;
using Holdfast.Model.Meta;
using Holdfast.Platform;

namespace Holdfast.Client.LeaderElection;

/// <summary>
/// Leads while it holds a Lease. Another candidate takes over only after the lease's duration without a renewal, counted by its own
/// clock; the holder stops leading earlier, at the renewal deadline, counted from before the last renewal was sent.
/// </summary>
/// <remarks>
/// That keeps leaders apart only as long as clocks run alike and processes are not stopped in between. A leader's writes are fenced besides: they go
/// through a <see cref="FencedTransport"/> with the <see cref="LeaderTerm"/>, whose number grows with every change of holder.
/// </remarks>
/// <param name="key">The lease's namespace and name.</param>
/// <param name="identity">The candidate's name; no other may have it.</param>
/// <param name="environment">The server and the world.</param>
/// <param name="options">The spans.</param>
public sealed class LeaderElector(ResourceKey key, string identity, ClientEnvironment environment, LeaderElectionOptions options)
{
    private readonly KubernetesClient _client = new(environment.Transport, "holdfast-leader-election");
    private readonly long _startedAt = environment.Time.GetTimestamp();
    private LeaseSighting? _sighting;
    private int _highestTerm;
    private TimeSpan? _refusedSince;

    private TimeSpan Now => environment.Time.GetElapsedTime(_startedAt);

    /// <summary>Why it stands for election no more, in words; null while it does, and after a stop.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Stands for election until the stop, or until the server has refused it for too long, and leads each time it is elected; gives the lease back at an orderly end.</summary>
    /// <param name="lead">What a leader does; it is to end soon after the term has ended.</param>
    /// <param name="stop">Asks it to stop.</param>
    public async Task RunAsync(Func<LeaderTerm, Task> lead, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && Refusal is null)
        {
            var triedAt = environment.Time.GetTimestamp();
            if (await TryHoldAsync(isLeading: false, stop) is { } number)
                await LeadAsync(lead, number, triedAt, stop);
            else
                await PauseAsync(stop);
        }
    }

    private async Task LeadAsync(Func<LeaderTerm, Task> lead, long number, long renewedAt, CancellationToken stop)
    {
        using var ended = new CancellationTokenSource();
        using var lost = new CancellationTokenSource(Timeout.InfiniteTimeSpan, environment.Time);
        using var onStop = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ended);
        using var onLost = lost.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ended);
        var term = new LeaderTerm(new Fence(key, identity, number), environment.Time, options.RenewDeadline, renewedAt, ended.Token, lost.Token);
        Tell(LogSeverity.Information, $"{identity} leads with term {number}");
        var leading = environment.Runner.Start($"leader of {key}", _ => lead(term), CancellationToken.None);
        await RenewAsync(term, lost, leading);
        term.Lose();
        Cancel(lost);
        await leading;
        Tell(LogSeverity.Information, $"{identity} no longer leads with term {number}");
        await GiveBackAsync(number);
    }

    /// <summary>Renews the lease until it is lost or the leader has ended, also while it ends in order after a stop.</summary>
    private async Task RenewAsync(LeaderTerm term, CancellationTokenSource lost, Task leading)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(lost.Token);
        lost.CancelAfter(Positive(term.Remaining));
        while (!leading.IsCompleted && !term.IsOver && !lost.IsCancellationRequested)
        {
            await Task.WhenAny(leading, PauseAsync(pause.Token));
            if (leading.IsCompleted || term.IsOver)
                break;
            var triedAt = environment.Time.GetTimestamp();
            if (await TryHoldAsync(isLeading: true, lost.Token) == term.Number && !term.IsOver)
            {
                term.Renew(triedAt);
                lost.CancelAfter(Positive(term.Remaining));
            }
            else if (_sighting is not { } seen || seen.Lease.Spec.HolderIdentity != identity || seen.Lease.Spec.LeaseTransitions != term.Number)
            {
                break;
            }
        }
        Cancel(pause);
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private async Task<long?> TryHoldAsync(bool isLeading, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RetryPeriod * 2, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var held = await HoldAsync(isLeading, either.Token);
            _refusedSince = null;
            return held;
        }
        catch (ApiException error)
        {
            Refused(error);
            if (!error.IsConflict && !error.IsAlreadyExists)
                Tell(LogSeverity.Warning, $"{identity} could not {(isLeading ? "renew" : "get")} the lease: {error.Message}; it is tried again in {options.RetryPeriod.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested)
                Tell(LogSeverity.Warning, $"{identity}: there was no answer about the lease in time; it is tried again in {options.RetryPeriod.TotalSeconds:0.#} s");
        }
        return null;
    }

    // A server that does not answer is waited for; one that answers and does not know who asks will not know it later either.
    private void Refused(ApiException error)
    {
        if (error.Code != 401)
        {
            _refusedSince = error.Code == 0 ? _refusedSince : null;
            return;
        }
        _refusedSince ??= Now;
        if (Now - _refusedSince >= options.RefusalLimit)
            Refusal = $"for {options.RefusalLimit.Value.TotalSeconds:0} s the API server has not known who asks: {error.Message}";
    }

    private async Task<long?> HoldAsync(bool isLeading, CancellationToken cancellationToken)
    {
        var readAt = Now;
        var found = await _client.FindAsync<Lease>(key.Namespace, key.Name, cancellationToken);
        if (found is null)
        {
            // Whoever leads without a lease stops, and the new lease goes on from the highest term that was seen.
            _sighting = null;
            return isLeading ? 0 : await WriteAsync(NewLease(), true, cancellationToken);
        }
        _sighting = LeaderElection.See(_sighting, found, readAt);
        _highestTerm = Math.Max(_highestTerm, found.Spec.LeaseTransitions ?? 0);
        return LeaderElection.MayHold(_sighting, identity, readAt)
            ? await WriteAsync(found, !isLeading, cancellationToken)
            : null;
    }

    private async Task<long?> WriteAsync(Lease lease, bool isNewTerm, CancellationToken cancellationToken)
    {
        if (!isNewTerm && lease.Spec.HolderIdentity != identity)
            return null;
        var held = LeaderElection.Held(lease, identity, isNewTerm, options.LeaseDuration, environment.Time.GetUtcNow());
        var sentAt = Now;
        var stored = lease.Metadata.ResourceVersion.Length == 0
            ? await _client.CreateAsync(held, cancellationToken)
            : await _client.UpdateAsync(held, cancellationToken);
        _sighting = new LeaseSighting(stored, sentAt);
        _highestTerm = Math.Max(_highestTerm, stored.Spec.LeaseTransitions ?? 0);
        return stored.Spec.LeaseTransitions;
    }

    private async Task GiveBackAsync(long number)
    {
        if (_sighting is not { Lease: var lease } || lease.Spec.HolderIdentity != identity || lease.Spec.LeaseTransitions != number)
            return;
        using var limit = new CancellationTokenSource(options.RetryPeriod, environment.Time);
        try
        {
            _sighting = new LeaseSighting(
                await _client.UpdateAsync(lease with { Spec = lease.Spec with { HolderIdentity = null } }, limit.Token), Now);
        }
        catch (Exception error) when (error is ApiException or OperationCanceledException)
        {
            Tell(LogSeverity.Information, $"{identity} could not give the lease back: {error.Message}; it runs out by itself");
        }
    }

    private Lease NewLease() => Lease.Empty with
    {
        Metadata = ObjectMeta.Empty with { Namespace = key.Namespace, Name = key.Name },
        Spec = LeaseSpec.Empty with { LeaseTransitions = _highestTerm },
    };

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            var jitter = options.RetryPeriod * (environment.Chance.NextDouble() * 0.2);
            await environment.Time.DelayAsync(options.RetryPeriod + jitter, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller looks at its token next.
        }
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private void Tell(LogSeverity severity, string message) => environment.Log.Write(new LogEntry(severity, $"election {key}", message));
}
