using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;

namespace Holdfast.Controllers.Endpoints;

/// <summary>What is known of a Service with a selector.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Pods">The pods that it selects.</param>
/// <param name="Nodes">The nodes of these pods, by name, as far as they exist.</param>
/// <param name="Slices">The slices that are kept for it.</param>
/// <param name="Endpoints">The Endpoints object of its name, or null.</param>
public sealed record ServiceObservation(
    Service Service, ImmutableArray<Pod> Pods, ImmutableDictionary<string, Node> Nodes, ImmutableArray<EndpointSlice> Slices,
    Model.Core.Endpoints? Endpoints);
