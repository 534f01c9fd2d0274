namespace Holdfast.Store;

/// <summary>Another running process holds the data folder.</summary>
/// <param name="path">The folder.</param>
/// <param name="processId">The holder's process id; null in the instant in which it is just starting.</param>
/// <param name="commandLine">How the holder was started; null as above.</param>
public sealed class DataFolderInUseException(string path, int? processId, string? commandLine)
    : Exception($"the data folder {path} is in use by "
        + (processId is null ? "a process that is just starting" : $"process {processId} ({commandLine})")
        + "; stop that one first, or name another folder")
{
    /// <summary>The holder's process id, when known.</summary>
    public int? ProcessId { get; } = processId;

    /// <summary>How the holder was started, when known.</summary>
    public string? CommandLine { get; } = commandLine;
}
