namespace Holdfast.Platform;

/// <summary>How much a line of the log matters.</summary>
public enum LogSeverity
{
    /// <summary>Of interest only when looking for a fault.</summary>
    Debug,

    /// <summary>The ordinary course of things.</summary>
    Information,

    /// <summary>Something failed and is tried again.</summary>
    Warning,

    /// <summary>Something failed that a person should look at.</summary>
    Error,
}

/// <summary>One line of the log.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Source">Which part speaks: "controller statefulset".</param>
/// <param name="Message">What happened, to which object, and what is done next.</param>
/// <param name="Exception">What went wrong below, if anything.</param>
public sealed record LogEntry(LogSeverity Severity, string Source, string Message, Exception? Exception = null);

/// <summary>Where parts without a logger of their own write; the host hands the lines on. Never blocks and never throws.</summary>
public interface ILogSink
{
    /// <summary>Takes one line.</summary>
    /// <param name="entry">The line.</param>
    void Write(LogEntry entry);
}
