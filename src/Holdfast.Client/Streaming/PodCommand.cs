using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Client.Streaming;

/// <summary>A command that is to run in a container of a pod.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Arguments">The program and its arguments; no shell reads them.</param>
public sealed record PodCommand(string Namespace, string Pod, ImmutableArray<string> Arguments)
{
    /// <summary>The container; empty for the pod's only or default one.</summary>
    public string Container { get; init; } = "";

    /// <summary>What the command reads; nothing when empty.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>How long it may take, from asking to its end.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes that are taken of each of its outputs.</summary>
    public int MaximumOutputBytes { get; init; } = 1024 * 1024;
}

/// <summary>How a command in a pod ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
public sealed record PodCommandResult(int ExitCode, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Errors)
{
    /// <summary>The standard output as text.</summary>
    public string OutputText => Encoding.UTF8.GetString(Output.Span);

    /// <summary>The standard error as text.</summary>
    public string ErrorText => Encoding.UTF8.GetString(Errors.Span);
}

/// <summary>Runs commands in pods.</summary>
public interface IPodCommands
{
    /// <summary>Runs a command and waits for its end. A command that fails is a result, not an exception.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the wait; the command may go on.</param>
    /// <exception cref="ApiException">
    /// The server refused, the command could not be started, it took too long or wrote too much (reason <c>Timeout</c> or <c>TooLarge</c>),
    /// or the connection broke (code 0: the command may have run).
    /// </exception>
    Task<PodCommandResult> RunAsync(PodCommand command, CancellationToken cancellationToken);
}
