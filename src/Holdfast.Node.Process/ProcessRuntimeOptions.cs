using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

/// <summary>How a node's process runtime is set up.</summary>
public sealed record ProcessRuntimeOptions
{
    /// <summary>The node's own folder under the data folder; everything the runtime keeps is in it.</summary>
    public required string Folder { get; init; }

    /// <summary>First two numbers of the node's pod addresses, a /16 of the loopback network: <c>127.20</c>.</summary>
    public string AddressPrefix { get; init; } = "127.20";

    /// <summary>Where images come from.</summary>
    public required IImageStore Images { get; init; }

    /// <summary>Whether to use private namespaces where the machine allows them; false forces the fallback.</summary>
    public bool MayIsolate { get; init; } = true;

    /// <summary>What a trial on this machine has found before; null to try at the opening.</summary>
    public IsolationTrial? Isolation { get; init; }

    /// <summary>Size in bytes at which a container's log is rotated.</summary>
    public long LogBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>How many files a container's log may have, the current one included.</summary>
    public int LogFiles { get; init; } = 5;

    /// <summary>How long a program may take to be started before the start counts as failed.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long killed processes may take to go before a stop fails with <see cref="RuntimeErrorKind.StillAlive"/>.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the end of a container is looked for when it is not a child of this process.</summary>
    public TimeSpan AdoptedPollInterval { get; init; } = TimeSpan.FromMilliseconds(200);
}
