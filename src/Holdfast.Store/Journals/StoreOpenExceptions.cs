namespace Holdfast.Store;

/// <summary>What is stored cannot be trusted, and is not served.</summary>
/// <param name="message">Which file and record, and what to do.</param>
/// <param name="innerException">The cause, where there is one.</param>
public sealed class StoreCorruptException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>The data folder was written in a format that this Holdfast does not read.</summary>
/// <param name="path">The file.</param>
/// <param name="found">The format's version in the file.</param>
/// <param name="supported">The newest version that this Holdfast reads.</param>
public sealed class StoreFormatException(string path, long found, long supported)
    : Exception(found > supported
        ? $"{path} has format version {found}, and this Holdfast reads versions up to {supported}; "
            + "it was written by a newer Holdfast: start that one, or restore a backup (holdfast store restore)"
        : $"{path} has format version {found}, which is older than what this Holdfast still reads ({supported}); "
            + "restore a backup (holdfast store restore), or move it on with a Holdfast between the two")
{
    /// <summary>The format's version in the file.</summary>
    public long Found { get; } = found;

    /// <summary>The newest version that this Holdfast reads.</summary>
    public long Supported { get; } = supported;
}
