using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Networking;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of services, their endpoints and network policies.</summary>
internal static class NetworkTables
{
    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<Service>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Type", "How the service can be reached."),
                TableColumn.Text("Cluster-IP", "The service's address within the cluster."),
                TableColumn.Text("External-IP", "The service's addresses from outside."),
                TableColumn.Text("Port(s)", "The service's ports."),
                TableColumn.Age,
                TableColumn.Selector,
            ],
            (row, service) => row.Name(service).Text(service.Spec.Type)
                .TextOr(service.Spec.ClusterIPs.IsEmpty ? service.Spec.ClusterIP : service.Spec.ClusterIPs[0], RowWriter.None)
                .Text(ExternalAddress(service)).TextOr(Ports(service.Spec.Ports), RowWriter.None).Age(service)
                .Text(CellText.Labels(service.Spec.Selector))),
        KindTable.Of<Endpoints>(
            [TableColumn.ObjectName, TableColumn.Text("Endpoints", "The addresses behind the service that are ready."), TableColumn.Age],
            (row, endpoints) => row.Name(endpoints)
                .Text(endpoints.Subsets.IsEmpty ? RowWriter.None : CellText.FirstFew(endpoints.Subsets.SelectMany(Addresses))).Age(endpoints)),
        KindTable.Of<EndpointSlice>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("AddressType", "What kind of addresses these are."),
                TableColumn.Text("Ports", "The ports of each endpoint."),
                TableColumn.Text("Endpoints", "The addresses."),
                TableColumn.Age,
            ],
            (row, slice) => row.Name(slice).Text(slice.AddressType)
                .TextOr(CellText.FirstFew(slice.Ports.Select(Port)), RowWriter.Unset)
                .TextOr(CellText.FirstFew(slice.Endpoints.SelectMany(endpoint => endpoint.Addresses)), RowWriter.Unset).Age(slice)),
        KindTable.Of<NetworkPolicy>(
            [TableColumn.ObjectName, TableColumn.Text("Pod-Selector", "The pods to which the policy applies."), TableColumn.Age],
            (row, policy) => row.Name(policy).Text(CellText.Selector(policy.Spec.PodSelector)).Age(policy)),
        KindTable.Of<Ingress>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Class", "Which controller it is for."),
                TableColumn.Text("Hosts", "The hosts that its rules are for."),
                TableColumn.Text("Address", "Where it is reached."),
                TableColumn.Text("Ports", "The ports that it is served at."),
                TableColumn.Age,
            ],
            (row, ingress) => row.Name(ingress).TextOr(ingress.Spec.IngressClassName ?? "", RowWriter.None)
                .TextOr(string.Join(',', ingress.Spec.Rules.Select(rule => rule.Host).Where(host => host.Length > 0)), "*")
                .Text(string.Join(',', ingress.Status.LoadBalancer.Ingress.Select(each => each.Ip.Length > 0 ? each.Ip : each.Hostname)))
                .Text(ingress.Spec.Tls.IsEmpty ? "80" : "80, 443").Age(ingress)),
    ];

    private static string ExternalAddress(Service service)
    {
        var external = service.Spec.ExternalIPs;
        switch (service.Spec.Type)
        {
            case "ClusterIP" or "NodePort":
                return external.IsEmpty ? RowWriter.None : string.Join(',', external);
            case "ExternalName":
                return service.Spec.ExternalName;
            case "LoadBalancer":
                var balancers = service.Status.LoadBalancer.Ingress
                    .Select(ingress => ingress.Ip.Length > 0 ? ingress.Ip : ingress.Hostname).Where(address => address.Length > 0)
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
                var addresses = string.Join(',', balancers.Concat(external));
                return addresses.Length == 0 ? "<pending>" : addresses;
            default:
                return RowWriter.Unknown;
        }
    }

    private static string Ports(ValueList<ServicePort> ports) => string.Join(',', ports.Select(port =>
        port.NodePort > 0 ? $"{port.Port}:{port.NodePort}/{port.Protocol}" : $"{port.Port}/{port.Protocol}"));

    private static IEnumerable<string> Addresses(EndpointSubset subset)
    {
        if (subset.Ports.IsEmpty)
            return subset.Addresses.Select(address => address.Ip);
        return subset.Ports.SelectMany(port => subset.Addresses.Select(address =>
            address.Ip.Contains(':', StringComparison.Ordinal) ? $"[{address.Ip}]:{port.Port}" : $"{address.Ip}:{port.Port}"));
    }

    private static string Port(Model.Discovery.EndpointPort port) =>
        port.Port?.ToString(CultureInfo.InvariantCulture) ?? port.Name ?? "*";
}
