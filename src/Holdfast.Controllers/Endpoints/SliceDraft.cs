using Holdfast.Model.Discovery;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Endpoints;

/// <summary>A slice while it is being planned.</summary>
internal sealed class SliceDraft(EndpointSlice? existing, ValueList<EndpointPort> ports)
{
    // As upstream's default; more make every change of one endpoint a large write.
    private const int MaximumEndpoints = 100;

    internal EndpointSlice? Existing { get; } = existing;

    internal ValueList<EndpointPort> Ports { get; set; } = ports;

    internal List<Endpoint> Endpoints { get; } = [];

    internal int Room => MaximumEndpoints - Endpoints.Count;

    internal bool IsChanged => Existing is null || !Existing.Endpoints.SequenceEqual(Endpoints) || Existing.Ports != Ports;

    /// <summary>Takes endpoints from the queue while there is room.</summary>
    internal void Fill(Queue<Endpoint> waiting)
    {
        while (Room > 0 && waiting.TryDequeue(out var endpoint))
        {
            Endpoints.Add(endpoint);
        }
    }
}
