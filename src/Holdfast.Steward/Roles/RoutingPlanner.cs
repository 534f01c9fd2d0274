using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Roles;

/// <summary>Keeps the Services that lead to the leader and to the followers, by the role labels. A Service of that name that someone else made is left alone.</summary>
public static class RoutingPlanner
{
    /// <summary>Plans the Services.</summary>
    /// <param name="view">What is seen.</param>
    public static RoutingPlan Plan(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var effects = ImmutableArray.CreateBuilder<StewardEffect>();
        var events = ImmutableArray.CreateBuilder<StewardEvent>();
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(wanted, view.Spec.Routing.LeaderService, "leader");
        Add(wanted, view.Spec.Routing.FollowerService, "follower");
        foreach (var (name, role) in wanted)
        {
            var existing = view.Observation.Services.FirstOrDefault(service => service.Metadata.Name == name);
            if (existing is not null && !StewardOwnership.IsOwn(view.Steward, existing.Metadata))
            {
                events.Add(new(true, "ServiceByOthers", $"Service {name} was made by someone else and is left alone: nothing leads to the {role} by it. Name another one in spec.routing.{role}Service, or delete that one, and it is made"));
                continue;
            }
            var service = Wanted(view, name, role);
            if (service.Spec.Ports.IsEmpty)
            {
                events.Add(new(true, "ServiceWithoutPorts", $"Service {name} is not made: no container of the set names a port"));
            }
            else if (existing is null || !IsSame(existing.Spec, service.Spec))
            {
                effects.Add(new ApplyService(service, $"it leads to the {role}"));
            }
        }
        effects.AddRange(view.Observation.Services
            .Where(service => StewardOwnership.IsOwn(view.Steward, service.Metadata) && !wanted.ContainsKey(service.Metadata.Name))
            .Select(service => new DeleteService(service.Metadata.Name, service.Metadata.Uid, "routing no longer asks for it")));
        return new(effects.ToImmutable(), events.ToImmutable());
    }

    /// <summary>The fields of routing that name the Service by which the set's pods have their names; it would lead to one of them alone.</summary>
    /// <param name="routing">The routing that is asked for.</param>
    /// <param name="set">The set.</param>
    public static IEnumerable<string> Refusals(RoutingSpec routing, StatefulSet set)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ArgumentNullException.ThrowIfNull(set);
        return new[] { ("leaderService", routing.LeaderService), ("followerService", routing.FollowerService) }
            .Where(field => field.Item2.Length > 0 && field.Item2 == set.Spec.ServiceName)
            .Select(field => $"spec.routing.{field.Item1}: Service {field.Item2} is the one by which StatefulSet {set.Metadata.Name} gives its pods their names (spec.serviceName), and must lead to all of them; name another one");
    }

    private static void Add(Dictionary<string, string> wanted, string name, string role)
    {
        if (name.Length > 0)
        {
            wanted.TryAdd(name, role);
        }
    }

    private static Service Wanted(StewardView view, string name, string role) => new()
    {
        Metadata = StewardOwnership.Metadata(view.Steward, name),
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            Selector = view.Set.Spec.Selector!.MatchLabels.SetItem(StewardNames.RoleLabel, role),
            Ports = view.Set.Spec.Template.Spec.Containers.SelectMany(container => container.Ports)
                .Select((port, at) => new ServicePort
                {
                    Name = port.Name.Length > 0 ? port.Name : $"port-{at}",
                    Port = port.ContainerPortValue,
                    TargetPort = port.ContainerPortValue,
                    Protocol = port.Protocol.Length > 0 ? port.Protocol : "TCP",
                }).ToValueList(),
        },
    };

    // The server fills in addresses and more; only what is asked for is compared.
    private static bool IsSame(ServiceSpec existing, ServiceSpec wanted) =>
        existing.Selector == wanted.Selector && existing.Ports.Count == wanted.Ports.Count
        && existing.Ports.Zip(wanted.Ports).All(pair => pair.First.Name == pair.Second.Name && pair.First.Port == pair.Second.Port && pair.First.TargetPort == pair.Second.TargetPort);
}

/// <summary>What is to be done about Services.</summary>
/// <param name="Effects">The effects.</param>
/// <param name="Events">What people should hear of.</param>
public sealed record RoutingPlan(ImmutableArray<StewardEffect> Effects, ImmutableArray<StewardEvent> Events);
