namespace Holdfast.Node.Runtime;

/// <summary>The closed set of what can go wrong in a runtime; callers branch on this, never on the text.</summary>
public enum RuntimeErrorKind
{
    /// <summary>The pod, container or image is not known here.</summary>
    NotFound,

    /// <summary>It exists, or something that runs stands in the way.</summary>
    Conflict,

    /// <summary>What was asked for can never work as it is written.</summary>
    Invalid,

    /// <summary>The program could not be started.</summary>
    StartFailed,

    /// <summary>A process has not ended although it was killed.</summary>
    StillAlive,

    /// <summary>Something bounded is used up: addresses, disk space.</summary>
    Exhausted,

    /// <summary>This machine lacks something, or the runtime cannot be reached; may pass.</summary>
    Unavailable,
}

/// <summary>A failure of the container runtime: what happened to which object, what was expected, what to do.</summary>
/// <param name="kind">What callers branch on.</param>
/// <param name="subject">The object, such as <c>container 1234/app/0</c>.</param>
/// <param name="problem">What happened and what was expected, without a full stop.</param>
/// <param name="remedy">What to do next, without a full stop.</param>
/// <param name="innerException">The cause, for the log.</param>
public class RuntimeException(
    RuntimeErrorKind kind, string subject, string problem, string remedy, Exception? innerException = null)
    : Exception($"{subject}: {problem}. {remedy}.", innerException)
{
    /// <summary>What callers branch on.</summary>
    public RuntimeErrorKind Kind { get; } = kind;

    /// <summary>The object it happened to.</summary>
    public string Subject { get; } = subject;

    /// <summary>What happened and what was expected.</summary>
    public string Problem { get; } = problem;

    /// <summary>What to do next.</summary>
    public string Remedy { get; } = remedy;
}

/// <summary>No image has this reference.</summary>
/// <param name="reference">The reference that was asked for.</param>
/// <param name="known">References that exist, for the message.</param>
public sealed class ImageNotFoundException(string reference, IReadOnlyList<string> known)
    : RuntimeException(
        RuntimeErrorKind.NotFound,
        $"image {reference}",
        $"not in this cluster's image store, which has {(known.Count == 0 ? "none" : string.Join(", ", known.Take(8)))}{(known.Count > 8 ? " …" : "")}",
        $"Add it with `holdfast image add {reference} -- PROGRAM`, or name one of those")
{
    /// <summary>The reference that was asked for.</summary>
    public string Reference { get; } = reference;
}

/// <summary>A container's program could not be started.</summary>
/// <param name="id">The attempt, which is used up.</param>
/// <param name="exitCode">126: may not be executed; 127: not there; 128: the container could not be prepared.</param>
/// <param name="problem">What happened.</param>
/// <param name="remedy">What to do next.</param>
public sealed class ContainerStartException(ContainerId id, int exitCode, string problem, string remedy)
    : RuntimeException(RuntimeErrorKind.StartFailed, $"container {id}", problem, remedy)
{
    /// <summary>The attempt, which is used up.</summary>
    public ContainerId Id { get; } = id;

    /// <summary>126, 127 or 128, as shells and container engines use them.</summary>
    public int ExitCode { get; } = exitCode;
}
