using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Endpoints;

/// <summary>Decides the Endpoints object of a Service, which older clients read in place of slices. A pure function.</summary>
public static class EndpointsPlanner
{
    // As upstream: one object cannot hold more; slices have no such limit.
    private const int MaximumAddresses = 1000;

    /// <summary>Plans the Endpoints of a Service.</summary>
    /// <param name="observation">The Service and what concerns it.</param>
    public static ImmutableArray<EndpointEffect> Plan(ServiceObservation observation)
    {
        var (service, existing) = (observation.Service, observation.Endpoints);
        if (!service.HasEndpoints() || service.Metadata.DeletionTimestamp is not null || existing?.Metadata.DeletionTimestamp is not null)
        {
            return [];
        }
        var places = Places(observation).OrderBy(place => place.Address.Ip, StringComparer.Ordinal).ToList();
        var metadata = existing?.Metadata ?? new ObjectMeta { Name = service.Metadata.Name, Namespace = service.Metadata.Namespace };
        var after = new Model.Core.Endpoints
        {
            Metadata = metadata with { Labels = LabelsOf(service), Annotations = Annotations(metadata.Annotations, places.Count) },
            Subsets = Subsets(Cut(places)),
        };
        if (after == existing)
        {
            return [];
        }
        after = after.WithMetadata(after.Metadata with
        {
            Annotations = after.Metadata.Annotations.SetItem(EndpointNames.LastChange, ServiceReadings.LastChange(observation)),
        });
        return existing is null
            ? [new CreateEndpoints(after, "the Service has a selector")]
            : [new UpdateEndpoints(after, "the Endpoints follow the Service's pods")];
    }

    private static IEnumerable<Place> Places(ServiceObservation observation)
    {
        var service = observation.Service;
        foreach (var pod in observation.Pods)
        {
            var mayBeIn = !pod.IsFinished() && (!pod.IsTerminating() || service.Spec.PublishNotReadyAddresses);
            var ports = PortsOf(service, pod);
            if (!mayBeIn || (ports.IsEmpty && !(service.IsHeadless() && service.Spec.Ports.IsEmpty))
                || pod.Addresses(service.Families()[0]).FirstOrDefault() is not { } address)
            {
                continue;
            }
            yield return new Place(ports, pod.IsReady() || service.Spec.PublishNotReadyAddresses, new EndpointAddress
            {
                Ip = address,
                Hostname = pod.HostnameBelow(service),
                NodeName = pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : null,
                TargetRef = ServiceReadings.ReferenceTo(pod),
            });
        }
    }

    /// <summary>Ready addresses stay when there are too many.</summary>
    private static IEnumerable<Place> Cut(List<Place> places) => places.Count <= MaximumAddresses
        ? places
        : places.OrderByDescending(place => place.IsReady).Take(MaximumAddresses).OrderBy(place => place.Address.Ip, StringComparer.Ordinal);

    private static ValueList<EndpointSubset> Subsets(IEnumerable<Place> places) => places
        .GroupBy(place => place.Ports)
        .Select(group => new EndpointSubset
        {
            Addresses = group.Where(place => place.IsReady).Select(place => place.Address).ToValueList(),
            NotReadyAddresses = group.Where(place => !place.IsReady).Select(place => place.Address).ToValueList(),
            Ports = group.Key,
        })
        .ToValueList();

    private static ValueList<EndpointPort> PortsOf(Service service, Pod pod) => service.PortsOn(pod)
        .Select(each => new EndpointPort
        {
            Name = each.Port.Name,
            Protocol = ServiceReadings.Protocol(each.Port.Protocol),
            Port = each.Number,
            AppProtocol = each.Port.AppProtocol,
        })
        .ToValueList();

    private static ValueMap<string> Annotations(ValueMap<string> before, int count) =>
        count > MaximumAddresses ? before.SetItem(EndpointNames.OverCapacity, "truncated") : before.Remove(EndpointNames.OverCapacity);

    private static ValueMap<string> LabelsOf(Service service)
    {
        var labels = service.Metadata.Labels.Remove(EndpointNames.Headless).SetItem(EndpointNames.EndpointsManagedBy, EndpointNames.EndpointsController);
        return service.IsHeadless() ? labels.SetItem(EndpointNames.Headless, "") : labels;
    }

    private sealed record Place(ValueList<EndpointPort> Ports, bool IsReady, EndpointAddress Address);
}
