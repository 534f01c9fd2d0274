using System.Net;
using System.Net.Sockets;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.Model.Core;
using Holdfast.Node;
using Holdfast.Node.Logs;

namespace Holdfast.Host;

/// <summary>Brings the API server to the agents of the nodes, which start after it.</summary>
/// <param name="time">The clock.</param>
internal sealed class ClusterNodeProxy(TimeProvider time) : INodeProxy
{
    private volatile ClusterNodes? _nodes;

    /// <summary>Tells of the nodes once they run.</summary>
    internal void Attach(ClusterNodes nodes) => _nodes = nodes;

    /// <inheritdoc/>
    public async Task<Stream> OpenLogAsync(Pod pod, PodLogOptions options, CancellationToken cancellationToken)
    {
        var agent = AgentOf(pod);
        try
        {
            return await agent.Logs.OpenAsync(Translate(pod, options), cancellationToken);
        }
        catch (NodeLogException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }

    /// <inheritdoc/>
    public IPodCommand PrepareExec(Pod pod, string container, IReadOnlyList<string> command) =>
        new ExecCommand(RunningAgentOf(pod, container), pod, container, command);

    /// <inheritdoc/>
    public IPodCommand PrepareAttach(Pod pod, string container) => new AttachedCommand(
        RunningAgentOf(pod, container), pod,
        pod.Spec.Containers.Concat(pod.Spec.InitContainers).Concat(pod.Spec.EphemeralContainers.Select(each => each.AsContainer())).First(each => each.Name == container));

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(Pod pod, int port, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(pod.Status.PodIP, out var address))
            throw ApiErrors.BadRequest($"pod {pod.Metadata.Namespace}/{pod.Metadata.Name} has no address yet");
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw ApiErrors.ServiceUnavailable($"nothing answers on port {port} of pod {pod.Metadata.Namespace}/{pod.Metadata.Name} at {address}: {error.Message}");
        }
    }

    private NodeAgent AgentOf(Pod pod) => _nodes?.Find(pod.Spec.NodeName)
        ?? throw ApiErrors.BadRequest($"node {pod.Spec.NodeName} of pod {pod.Metadata.Namespace}/{pod.Metadata.Name} does not run on this machine now");

    private NodeAgent RunningAgentOf(Pod pod, string container) => AgentOf(pod) is var agent && agent.Runs(pod.Metadata.Uid, container)
        ? agent
        : throw ApiErrors.BadRequest($"container {container} of pod {pod.Metadata.Namespace}/{pod.Metadata.Name} does not run now: wait until it does, or look at its log");

    private NodeLogRequest Translate(Pod pod, PodLogOptions options) => new(pod.Metadata.Uid, options.Container)
    {
        Follow = options.Follow,
        Previous = options.Previous,
        TailLines = options.TailLines,
        LimitBytes = options.LimitBytes,
        SinceTime = options.SinceTime ?? (options.SinceSeconds is { } seconds ? time.GetUtcNow() - TimeSpan.FromSeconds(seconds) : null),
        Timestamps = options.Timestamps,
        Stream = options.Stream,
    };
}
