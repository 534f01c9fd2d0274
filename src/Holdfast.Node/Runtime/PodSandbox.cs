namespace Holdfast.Node.Runtime;

/// <summary>What a pod's containers share: name, address and name resolution.</summary>
public sealed record PodSandboxSpec
{
    /// <summary>Namespace of the pod.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the pod.</summary>
    public required string Name { get; init; }

    /// <summary>Uid of the pod: the identity of the sandbox.</summary>
    public required string Uid { get; init; }

    /// <summary>The short host name that its processes see.</summary>
    public required string Hostname { get; init; }

    /// <summary>The full name under a headless Service (<c>web-0.web.default.svc.cluster.local</c>), if it has one.</summary>
    public string? FullyQualifiedName { get; init; }

    /// <summary>The address it must get, or null for a fresh one.</summary>
    public string? RequestedAddress { get; init; }

    /// <summary>Where its processes look names up; null leaves the host's own settings in place.</summary>
    public DnsSettings? Dns { get; init; }

    /// <summary>Further lines of its hosts file.</summary>
    public IReadOnlyList<HostAlias> HostAliases { get; init; } = [];

    /// <summary>Host folder that <see cref="ContainerSpec.LogFile"/> is relative to.</summary>
    public required string LogDirectory { get; init; }
}

/// <summary>The content of a pod's resolv.conf.</summary>
public sealed record DnsSettings
{
    /// <summary>Addresses of the servers, tried in order.</summary>
    public required IReadOnlyList<string> Nameservers { get; init; }

    /// <summary>Domains that short names are looked up in.</summary>
    public IReadOnlyList<string> Searches { get; init; } = [];

    /// <summary>Options as resolv.conf writes them, such as <c>ndots:5</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
}

/// <summary>One line of a hosts file.</summary>
/// <param name="Address">IP address.</param>
/// <param name="Hostnames">Names that stand for it.</param>
public sealed record HostAlias(string Address, IReadOnlyList<string> Hostnames);

/// <summary>A pod's place in the runtime.</summary>
public sealed record PodSandbox
{
    /// <summary>Namespace of the pod.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the pod.</summary>
    public required string Name { get; init; }

    /// <summary>Uid of the pod.</summary>
    public required string Uid { get; init; }

    /// <summary>The pod's address, given to no other pod while this sandbox exists.</summary>
    public required string Address { get; init; }

    /// <summary>When the sandbox was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What this pod goes without on this machine; worth an event each.</summary>
    public IReadOnlyList<RuntimeLimitation> Limitations { get; init; } = [];
}

/// <summary>A pod and its containers, as the runtime knows them.</summary>
/// <param name="Sandbox">The pod's sandbox.</param>
/// <param name="Containers">Every attempt that has not been removed, by name and attempt.</param>
public sealed record PodRuntimeStatus(PodSandbox Sandbox, IReadOnlyList<ContainerStatus> Containers);
