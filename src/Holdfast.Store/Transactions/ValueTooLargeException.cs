namespace Holdfast.Store;

/// <summary>An object is larger than the store takes; nothing of its transaction was written.</summary>
/// <param name="key">The object.</param>
/// <param name="bytes">How large its JSON is.</param>
/// <param name="limit">How large it may be.</param>
public sealed class ValueTooLargeException(ResourceKey key, long bytes, long limit)
    : Exception($"{key} would be {bytes} bytes of JSON, and an object may have {limit}: make it smaller, or divide it")
{
    /// <summary>How large an object may be, in bytes of JSON.</summary>
    public long Limit { get; } = limit;
}
