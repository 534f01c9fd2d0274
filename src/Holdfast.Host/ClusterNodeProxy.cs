using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Core;

namespace Holdfast.Host;

/// <summary>Brings the API server to the agents of the nodes, which start after it.</summary>
internal sealed class ClusterNodeProxy : INodeProxy
{
    private volatile ClusterNodes? _nodes;

    /// <summary>Tells of the nodes once they run.</summary>
    internal void Attach(ClusterNodes nodes) => _nodes = nodes;

    /// <inheritdoc/>
    public async Task<Stream> OpenLogAsync(Pod pod, PodLogOptions options, CancellationToken cancellationToken)
    {
        var agent = _nodes?.Find(pod.Spec.NodeName)
            ?? throw ApiErrors.BadRequest($"node {pod.Spec.NodeName} of pod {pod.Metadata.Namespace}/{pod.Metadata.Name} does not run on this machine now");
        return await agent.OpenLogAsync(pod, Translate(options), cancellationToken);
    }

    private static Node.Logs.LogRequest Translate(PodLogOptions options) => new(options.Container)
    {
        Follow = options.Follow,
        Previous = options.Previous,
        TailLines = options.TailLines,
        LimitBytes = options.LimitBytes,
        SinceSeconds = options.SinceSeconds,
        SinceTime = options.SinceTime,
        Timestamps = options.Timestamps,
    };
}
