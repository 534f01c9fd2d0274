namespace Holdfast.Store;

/// <summary>A value that is complete but for the revision that the store will give it.</summary>
public interface IPendingValue
{
    /// <summary>
    /// Makes the final bytes. Called once, by the writer, with the revision of the operation; it is to be quick and
    /// must not wait. An exception fails this transaction only.
    /// </summary>
    /// <param name="revision">The revision to splice in.</param>
    /// <returns>The UTF-8 JSON, and the same object typed if there is one.</returns>
    (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision);
}
