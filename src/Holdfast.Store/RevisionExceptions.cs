namespace Holdfast.Store;

/// <summary>
/// The revision is older than what the store still holds (Kubernetes: 410 Gone, reason Expired). List again and go on
/// from there.
/// </summary>
/// <param name="requested">The revision asked for.</param>
/// <param name="oldest">The oldest revision that can still be answered.</param>
public sealed class RevisionGoneException(long requested, long oldest)
    : Exception($"too old resource version: {requested} ({oldest})")
{
    /// <summary>The revision asked for.</summary>
    public long Requested { get; } = requested;

    /// <summary>The oldest revision that can still be answered.</summary>
    public long Oldest { get; } = oldest;
}

/// <summary>The revision did not come to be within the wait (Kubernetes: "Too large resource version").</summary>
/// <param name="requested">The revision asked for.</param>
/// <param name="current">The store's revision after the wait.</param>
public sealed class RevisionFutureException(long requested, long current)
    : Exception($"Too large resource version: {requested}, current: {current}")
{
    /// <summary>The revision asked for.</summary>
    public long Requested { get; } = requested;

    /// <summary>The store's revision after the wait.</summary>
    public long Current { get; } = current;
}
