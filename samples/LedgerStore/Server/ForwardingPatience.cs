namespace LedgerStore.Server;

/// <summary>How long a follower waits with a request that it passes on.</summary>
public sealed record ForwardingPatience
{
    /// <summary>For its turn; after that nothing has been sent.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>For a connection to the leader.</summary>
    public TimeSpan Connection { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For the leader's answer.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);
}
