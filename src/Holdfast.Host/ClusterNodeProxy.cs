using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Core;
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
        var agent = _nodes?.Find(pod.Spec.NodeName)
            ?? throw ApiErrors.BadRequest($"node {pod.Spec.NodeName} of pod {pod.Metadata.Namespace}/{pod.Metadata.Name} does not run on this machine now");
        try
        {
            return await agent.Logs.OpenAsync(Translate(pod, options), cancellationToken);
        }
        catch (NodeLogException error)
        {
            throw ApiErrors.BadRequest(error.Message);
        }
    }

    private NodeLogRequest Translate(Pod pod, PodLogOptions options) => new(pod.Metadata.Uid, options.Container)
    {
        Follow = options.Follow,
        Previous = options.Previous,
        TailLines = options.TailLines,
        LimitBytes = options.LimitBytes,
        SinceTime = options.SinceTime ?? (options.SinceSeconds is { } seconds ? time.GetUtcNow() - TimeSpan.FromSeconds(seconds) : null),
        Timestamps = options.Timestamps,
    };
}
