using Holdfast.Model.Coordination;

namespace Holdfast.Client.LeaderElection;

/// <summary>The spans of an election: Kubernetes' own for its controllers.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>How long others leave a holder alone that does not renew.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after its last renewal began a holder that cannot renew still leads; below the lease's duration.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it is tried.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the server may say that it does not know who asks (401), with no other answer in between, until the candidate gives up for good; null for never.</summary>
    public TimeSpan? RefusalLimit { get; init; }

    /// <summary>The spans that go with a lease's duration, in the relations that Kubernetes' own have.</summary>
    /// <param name="duration">How long others leave a holder alone that does not renew.</param>
    public static LeaderElectionOptions ForLease(TimeSpan duration) => new() { LeaseDuration = duration, RenewDeadline = duration * 2 / 3, RetryPeriod = duration * 2 / 15 };
}

/// <summary>A lease as a candidate saw it, and when by its own clock it first saw it like this.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="SeenAt">When, by the candidate's own monotonic clock: times in the lease are other machines' and are not trusted.</param>
public sealed record LeaseSighting(Lease Lease, TimeSpan SeenAt);

/// <summary>The decisions of an election, over a <c>now</c> of the candidate's own clock.</summary>
public static class LeaderElection
{
    /// <summary>Takes note of a lease that was read.</summary>
    /// <param name="before">The last sighting, or null.</param>
    /// <param name="read">The lease.</param>
    /// <param name="now">When the reading began.</param>
    public static LeaseSighting See(LeaseSighting? before, Lease read, TimeSpan now) =>
        before is not null && before.Lease.Metadata.Uid == read.Metadata.Uid && before.Lease.Metadata.ResourceVersion == read.Metadata.ResourceVersion
            ? before
            : new LeaseSighting(read, now);

    /// <summary>Whether a candidate may take or keep the lease.</summary>
    /// <param name="sighting">The lease as it was seen.</param>
    /// <param name="identity">The candidate.</param>
    /// <param name="now">The time.</param>
    public static bool MayHold(LeaseSighting sighting, string identity, TimeSpan now)
    {
        var spec = sighting.Lease.Spec;
        return string.IsNullOrEmpty(spec.HolderIdentity)
            || spec.HolderIdentity == identity
            || now - sighting.SeenAt >= TimeSpan.FromSeconds(spec.LeaseDurationSeconds ?? 0);
    }

    /// <summary>The lease as its holder writes it. Each change of holder raises the transitions, which serve as the fencing term.</summary>
    /// <param name="lease">The lease as it was read, or a new one.</param>
    /// <param name="identity">The holder.</param>
    /// <param name="isNewTerm">Whether it takes the lease rather than keeps it.</param>
    /// <param name="duration">The lease's duration.</param>
    /// <param name="wallClock">The time to write.</param>
    public static Lease Held(Lease lease, string identity, bool isNewTerm, TimeSpan duration, DateTimeOffset wallClock) => lease with
    {
        Spec = lease.Spec with
        {
            HolderIdentity = identity,
            LeaseDurationSeconds = (int)duration.TotalSeconds,
            RenewTime = wallClock,
            AcquireTime = isNewTerm ? wallClock : lease.Spec.AcquireTime,
            LeaseTransitions = (lease.Spec.LeaseTransitions ?? 0) + (isNewTerm ? 1 : 0),
        },
    };
}
