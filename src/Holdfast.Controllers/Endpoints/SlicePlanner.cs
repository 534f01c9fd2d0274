using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using EndpointPort = Holdfast.Model.Discovery.EndpointPort;

namespace Holdfast.Controllers.Endpoints;

/// <summary>
/// Decides the EndpointSlices of a Service. A pure function. Endpoints stay in the slice that they are in, new ones go first into slices
/// that change anyway, and a slice that is right is not written; a Service without endpoints keeps one empty slice per family.
/// </summary>
public static class SlicePlanner
{
    private const string Reason = "the slices follow the Service's pods";

    /// <summary>Plans the slices of a Service.</summary>
    /// <param name="observation">The Service and what concerns it.</param>
    public static ImmutableArray<EndpointEffect> Plan(ServiceObservation observation)
    {
        var service = observation.Service;
        if (!service.HasEndpoints() || service.Metadata.DeletionTimestamp is not null)
        {
            return [];
        }
        var effects = ImmutableArray.CreateBuilder<EndpointEffect>();
        var live = observation.Slices.Where(slice => slice.Metadata.DeletionTimestamp is null)
            .OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var family in service.Families())
        {
            PlanFamily(observation, family, [.. live.Where(slice => slice.AddressType == family)], effects);
        }
        effects.AddRange(live.Where(slice => !service.Families().Contains(slice.AddressType))
            .Select(slice => new DeleteSlice(slice, $"the Service has no {slice.AddressType} addresses")));
        return effects.ToImmutable();
    }

    private static void PlanFamily(
        ServiceObservation observation, string family, ImmutableArray<EndpointSlice> existing, ImmutableArray<EndpointEffect>.Builder effects)
    {
        var groups = observation.Pods
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Select(pod => (Ports: PortsOf(observation.Service, pod), Endpoint: EndpointOf(observation, pod, family)))
            .Where(each => each.Endpoint is not null)
            .GroupBy(each => each.Ports, each => each.Endpoint!)
            .ToList();
        var drafts = existing.Select(slice => new SliceDraft(slice, slice.Ports)).ToList();
        var waiting = groups.ToDictionary(group => group.Key, group => Keep(group, drafts));
        var spare = new Queue<SliceDraft>(drafts.Where(draft => draft.Endpoints.Count == 0));
        var used = drafts.Where(draft => draft.Endpoints.Count > 0).ToList();
        foreach (var (ports, endpoints) in waiting)
        {
            Place(ports, endpoints, used, spare);
        }
        if (used.Count == 0)
        {
            var placeholder = spare.TryDequeue(out var empty) ? empty : new SliceDraft(null, []);
            placeholder.Ports = [];
            used.Add(placeholder);
        }
        effects.AddRange(used.Select(draft => Write(observation, family, draft)).OfType<EndpointEffect>());
        effects.AddRange(spare.Select(draft => new DeleteSlice(draft.Existing!, "nothing is left in it")));
    }

    /// <summary>Leaves each endpoint in the slice that has it, and gives those that no slice has.</summary>
    private static Queue<Endpoint> Keep(IGrouping<ValueList<EndpointPort>, Endpoint> group, List<SliceDraft> drafts)
    {
        var wanted = group.ToDictionary(endpoint => endpoint.TargetRef!.Uid, StringComparer.Ordinal);
        foreach (var draft in drafts.Where(draft => draft.Ports == group.Key))
        {
            foreach (var there in draft.Existing!.Endpoints)
            {
                if (draft.Room > 0 && wanted.Remove(there.TargetRef?.Uid ?? "", out var endpoint))
                {
                    // What others say of an endpoint (hints) is not this controller's.
                    draft.Endpoints.Add(endpoint with { Hints = there.Hints, DeprecatedTopology = there.DeprecatedTopology });
                }
            }
        }
        return new Queue<Endpoint>(group.Where(endpoint => wanted.ContainsKey(endpoint.TargetRef!.Uid)));
    }

    private static void Place(ValueList<EndpointPort> ports, Queue<Endpoint> waiting, List<SliceDraft> used, Queue<SliceDraft> spare)
    {
        foreach (var draft in used.Where(draft => draft.Ports == ports).OrderByDescending(draft => draft.IsChanged).ThenBy(draft => draft.Room).ToList())
        {
            draft.Fill(waiting);
        }
        while (waiting.Count > 0)
        {
            var draft = spare.TryDequeue(out var empty) ? empty : new SliceDraft(null, ports);
            draft.Ports = ports;
            draft.Fill(waiting);
            used.Add(draft);
        }
    }

    private static EndpointEffect? Write(ServiceObservation observation, string family, SliceDraft draft)
    {
        var service = observation.Service;
        var before = draft.Existing ?? new EndpointSlice
        {
            AddressType = family,
            Metadata = new ObjectMeta { GenerateName = service.Metadata.Name + "-", Namespace = service.Metadata.Namespace },
        };
        var after = before with
        {
            Metadata = before.Metadata with { Labels = LabelsOf(service), OwnerReferences = [OwnerReference(service)] },
            Ports = draft.Ports,
            Endpoints = draft.Endpoints.ToValueList(),
        };
        if (after == draft.Existing)
        {
            return null;
        }
        after = after.WithMetadata(after.Metadata with
        {
            Annotations = after.Metadata.Annotations.SetItem(EndpointNames.LastChange, ServiceReadings.LastChange(observation)),
        });
        return draft.Existing is null ? new CreateSlice(after, Reason) : new UpdateSlice(after, Reason);
    }

    private static Endpoint? EndpointOf(ServiceObservation observation, Pod pod, string family)
    {
        var service = observation.Service;
        var addresses = pod.Addresses(family).ToValueList();
        var node = observation.Nodes.GetValueOrDefault(pod.Spec.NodeName);
        // As upstream: a pod without a node that exists serves nobody, whatever its status says.
        var isStranded = node is null && !service.Spec.PublishNotReadyAddresses;
        if (pod.IsFinished() || addresses.IsEmpty || isStranded)
        {
            return null;
        }
        var (isServing, isTerminating) = (pod.IsReady(), pod.IsTerminating());
        return new Endpoint
        {
            Addresses = addresses,
            Conditions = new EndpointConditions
            {
                Ready = service.Spec.PublishNotReadyAddresses || (isServing && !isTerminating),
                Serving = isServing,
                Terminating = isTerminating,
            },
            Hostname = pod.HostnameBelow(service) is { Length: > 0 } hostname ? hostname : null,
            NodeName = pod.Spec.NodeName.Length > 0 ? pod.Spec.NodeName : null,
            TargetRef = ServiceReadings.ReferenceTo(pod),
            Zone = node?.Metadata.Labels.GetValueOrDefault(EndpointNames.Zone),
        };
    }

    private static ValueList<EndpointPort> PortsOf(Service service, Pod pod) => service.PortsOn(pod)
        .Select(each => new EndpointPort
        {
            Name = each.Port.Name,
            Protocol = ServiceReadings.Protocol(each.Port.Protocol),
            Port = each.Number,
            AppProtocol = each.Port.AppProtocol,
        })
        .ToValueList();

    private static ValueMap<string> LabelsOf(Service service)
    {
        var labels = service.Metadata.Labels.Remove(EndpointNames.Headless)
            .SetItem(EndpointNames.ServiceName, service.Metadata.Name)
            .SetItem(EndpointNames.ManagedBy, EndpointNames.SliceController);
        return service.IsHeadless() ? labels.SetItem(EndpointNames.Headless, "") : labels;
    }

    private static OwnerReference OwnerReference(Service service) => new()
    {
        ApiVersion = Service.ResourceType.ApiVersion,
        Kind = Service.ResourceType.Kind,
        Name = service.Metadata.Name,
        Uid = service.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };
}
