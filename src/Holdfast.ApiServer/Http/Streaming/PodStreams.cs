using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Answers the sub-resources of pods that are streams.</summary>
internal sealed class PodStreams(INodeProxy? nodes, TimeProvider time)
{
    private readonly PodCommands _commands = new(nodes, time);
    private readonly PortForwards _ports = new(nodes, time);

    public Task ServeAsync(ApiRequest request, Pod pod, string subresource, CancellationToken stopping) => subresource == "portforward"
        ? _ports.ServeAsync(request, pod, stopping)
        : _commands.ServeAsync(request, pod, subresource, stopping);
}
