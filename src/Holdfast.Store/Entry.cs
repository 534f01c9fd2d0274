namespace Holdfast.Store;

/// <summary>
/// One object as it was written at one revision. Immutable, and shared by every reader and watcher.
/// </summary>
public sealed class Entry
{
    private object? _decoded;

    /// <summary>Makes an entry.</summary>
    /// <param name="key">Which object.</param>
    /// <param name="revision">The revision of this write.</param>
    /// <param name="createRevision">The revision at which the object was created.</param>
    /// <param name="json">The object as UTF-8 JSON, final: with its resourceVersion.</param>
    /// <param name="decoded">The same object, typed, when the writer had it.</param>
    public Entry(ResourceKey key, long revision, long createRevision, ReadOnlyMemory<byte> json, object? decoded)
    {
        Key = key;
        Revision = revision;
        CreateRevision = createRevision;
        Json = json;
        _decoded = decoded;
    }

    /// <summary>Which object this is.</summary>
    public ResourceKey Key { get; }

    /// <summary>The revision of this write; for a deleted object, of its deletion.</summary>
    public long Revision { get; }

    /// <summary>The revision at which the object was created; equal to <see cref="Revision"/> for a creation.</summary>
    public long CreateRevision { get; }

    /// <summary>The object as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>
    /// The same object, typed and immutable; null after a restart until somebody has decoded it.
    /// </summary>
    public object? Decoded => Volatile.Read(ref _decoded);

    /// <summary>Shares a decoded object with the other readers. Safe from any thread; the first one stays.</summary>
    /// <param name="decoded">The object that <see cref="Json"/> decodes to; immutable.</param>
    /// <returns>The object that is shared from now on: this one, or the one that was first.</returns>
    public object PublishDecoded(object decoded)
    {
        ArgumentNullException.ThrowIfNull(decoded);
        return Interlocked.CompareExchange(ref _decoded, decoded, null) ?? decoded;
    }
}
