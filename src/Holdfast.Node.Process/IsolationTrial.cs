using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

/// <summary>How well containers can be kept apart on this machine, found out by trying. One trial does for all nodes of a machine.</summary>
public sealed class IsolationTrial
{
    internal IsolationTrial(IsolationMode mode, string? complaint) => (Mode, Complaint) = (mode, complaint);

    internal IsolationMode Mode { get; }

    internal string? Complaint { get; }

    /// <summary>Tries it.</summary>
    /// <param name="folder">A node's folder; what the trial needs is made in it and removed again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    /// <exception cref="RuntimeException">The machine lacks a program that no container can do without.</exception>
    public static async Task<IsolationTrial> RunAsync(string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        (IsolationMode mode, string? complaint) = await IsolationProbe.TryAsync(Path.Combine(folder, "probe"), HostTools.Find(), time, cancellationToken);
        return new IsolationTrial(mode, complaint);
    }
}
