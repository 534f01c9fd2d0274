namespace Holdfast.Client.LeaderElection;

/// <summary>One time of leading.</summary>
public sealed class LeaderTerm
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _renewDeadline;
    private long _renewedAt;
    private volatile bool _isLost;

    internal LeaderTerm(Fence fence, TimeProvider time, TimeSpan renewDeadline, long renewedAt, CancellationToken ended, CancellationToken lost) =>
        (Fence, _time, _renewDeadline, _renewedAt, Ended, Lost) = (fence, time, renewDeadline, renewedAt, ended, lost);

    /// <summary>The fencing number: higher than that of every earlier leader.</summary>
    public long Number => Fence.Term;

    /// <summary>What the leader's writes depend on.</summary>
    public Fence Fence { get; }

    /// <summary>Cancelled when it no longer leads, or is to stop; after a stop it may still write until its work has ended.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Cancelled when it may no longer write; unlike <see cref="IsOver"/> it waits for a timer.</summary>
    internal CancellationToken Lost { get; }

    /// <summary>
    /// Whether it may no longer write: the lease is lost, or was not renewed in time by the monotonic clock. It is looked up and no timer, so that
    /// it tells the truth also right after a pause, before any timer has run.
    /// </summary>
    public bool IsOver => _isLost || Remaining <= TimeSpan.Zero;

    /// <summary>How long it may still write without a renewal.</summary>
    internal TimeSpan Remaining => _renewDeadline - _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    internal void Renew(long at) => Interlocked.Exchange(ref _renewedAt, at);

    internal void Lose() => _isLost = true;
}
