using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>What is kept of a sandbox, so that a later life knows it again.</summary>
/// <param name="Sandbox">The sandbox as it was given to the agent.</param>
/// <param name="Hostname">Host name of its containers.</param>
/// <param name="LogDirectory">Folder of its logs.</param>
/// <param name="HasResolvConf">Whether it has a resolv.conf of its own.</param>
internal sealed record SandboxRecord(PodSandbox Sandbox, string Hostname, string LogDirectory, bool HasResolvConf);

/// <summary>What is kept of one attempt of a container, so that a later life knows it again.</summary>
/// <param name="Id">Which attempt.</param>
/// <param name="Image">Reference of its image.</param>
/// <param name="CreatedAt">When it was asked to start.</param>
/// <param name="LogPath">Its log.</param>
/// <param name="Marker">Value of its processes' marker variable.</param>
/// <param name="Identity">Whom it runs as.</param>
/// <param name="IsIsolated">Whether it has namespaces of its own.</param>
/// <param name="BootId">Boot of the machine that it belongs to; processes of another boot are gone.</param>
internal sealed record ContainerRecord(
    ContainerId Id, string Image, DateTimeOffset CreatedAt, string LogPath, string Marker, ContainerIdentity Identity, bool IsIsolated, string BootId);
