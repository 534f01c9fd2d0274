namespace Holdfast.Store;

/// <summary>Why the store takes no more writes.</summary>
public enum StoreUnavailableReason
{
    /// <summary>It was closed in order.</summary>
    Closed,

    /// <summary>The disk is full, or the quota is used up.</summary>
    DiskFull,

    /// <summary>The disk reported an error, or a commit could not be made durable.</summary>
    DiskError,

    /// <summary>The program itself is wrong: an invariant broke or something unforeseen was thrown.</summary>
    InternalFault,
}

/// <summary>
/// The store takes no more writes. The write that this answers was not acknowledged: after a restart it is there
/// whole or not at all.
/// </summary>
/// <param name="reason">Why.</param>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreUnavailableException(
    StoreUnavailableReason reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why the store takes no more writes.</summary>
    public StoreUnavailableReason Reason { get; } = reason;
}
