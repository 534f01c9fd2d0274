namespace LedgerStore.Storage;

/// <summary>The data on disk cannot be trusted or read by this version. The message names the file, the offset where there
/// is one, and what a person should do; the process stops with it before it serves anything.</summary>
public sealed class UnusableDataException(string message) : Exception(message);

/// <summary>The data folder cannot be used: it is missing, not writable, or held by another process.</summary>
public sealed class DataFolderException(string message) : Exception(message);

/// <summary>The volume has no room for the batch. Nothing of the batch was kept; what was there before is intact.</summary>
public sealed class DiskFullException(string message) : Exception(message);

/// <summary>A write or sync failed, so the state of the file is unknown. The process must end without acknowledging:
/// after a failed sync the kernel may have dropped the pages, and a later sync would succeed without them.</summary>
public sealed class DurabilityLostException(string message) : Exception(message);
