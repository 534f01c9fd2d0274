namespace Holdfast.Store.Backups;

/// <summary>A backup cannot be made, trusted or restored.</summary>
/// <param name="message">Which file, what was found, and what to do.</param>
/// <param name="innerException">The cause, where there is one.</param>
public sealed class BackupException(string message, Exception? innerException = null) : Exception(message, innerException);
