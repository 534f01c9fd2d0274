using System.Collections.Immutable;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of namespaces, nodes, configuration and the like.</summary>
internal static class CoreTables
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<Namespace>(
            [TableColumn.ObjectName, TableColumn.Text("Status", "Whether the namespace is in use or being removed."), TableColumn.Age],
            (row, space) => row.Name(space).Text(space.Status.Phase).Age(space)),
        KindTable.Of<ConfigMap>(
            [TableColumn.ObjectName, TableColumn.Text("Data", "How many entries there are."), TableColumn.Age],
            (row, map) => row.Name(map).Number(map.Data.Count + map.BinaryData.Count).Age(map)),
        KindTable.Of<Secret>(
            [
                TableColumn.ObjectName, TableColumn.Text("Type", "What the secret is for."),
                TableColumn.Text("Data", "How many entries there are."), TableColumn.Age,
            ],
            (row, secret) => row.Name(secret).Text(secret.Type).Number(secret.Data.Count).Age(secret)),
        KindTable.Of<ServiceAccount>(
            [TableColumn.ObjectName, TableColumn.Text("Secrets", "How many secrets the account's pods may use."), TableColumn.Age],
            (row, account) => row.Name(account).Number(account.Secrets.Count).Age(account)),
        KindTable.Of<Lease>(
            [TableColumn.ObjectName, TableColumn.Text("Holder", "Who holds the lease."), TableColumn.Age],
            (row, lease) => row.Name(lease).Text(lease.Spec.HolderIdentity ?? "").Age(lease)),
        KindTable.Of<PodTemplate>(
            [
                TableColumn.ObjectName, TableColumn.Containers with { Priority = 0 }, TableColumn.Images with { Priority = 0 },
                TableColumn.Text("Pod Labels", "The labels of pods made from the template."),
            ],
            (row, template) => row.Name(template).Text(CellText.Containers(template.Template)).Text(CellText.Images(template.Template))
                .Text(CellText.Labels(template.Template.Metadata.Labels))),
        KindTable.Of<ResourceQuota>(
            [
                TableColumn.ObjectName, TableColumn.Text("Request", "How much is requested or counted, of how much."),
                TableColumn.Text("Limit", "How much the limits add up to, of how much."), TableColumn.Age,
            ],
            (row, quota) => row.Name(quota).Text(Usage(quota, ofLimits: false)).Text(Usage(quota, ofLimits: true)).Age(quota)),
        KindTable.Of<Node>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Status", "Whether the node is ready and takes new pods."),
                TableColumn.Text("Roles", "What the node is for, by its labels."),
                TableColumn.Age,
                TableColumn.Text("Version", "The version of the node's agent."),
                TableColumn.Wide("Internal-IP", "The node's address within the cluster."),
                TableColumn.Wide("External-IP", "The node's address from outside."),
                TableColumn.Wide("OS-Image", "The node's operating system."),
                TableColumn.Wide("Kernel-Version", "The version of the node's kernel."),
                TableColumn.Wide("Container-Runtime", "What runs the node's containers."),
            ],
            WriteNode),
    ];

    private static void WriteNode(RowWriter row, Node node)
    {
        var info = node.Status.NodeInfo;
        row.Name(node).Text(NodeStatus(node)).TextOr(Roles(node), RowWriter.None).Age(node).Text(info.KubeletVersion)
            .TextOr(Address(node, "InternalIP"), RowWriter.None).TextOr(Address(node, "ExternalIP"), RowWriter.None)
            .TextOr(info.OsImage, RowWriter.Unknown).TextOr(info.KernelVersion, RowWriter.Unknown)
            .TextOr(info.ContainerRuntimeVersion, RowWriter.Unknown);
    }

    private static string NodeStatus(Node node)
    {
        var ready = node.Status.Conditions.LastOrDefault(condition => condition.Type == "Ready");
        var status = ready switch
        {
            null => "Unknown",
            { Status: "True" } => "Ready",
            _ => "NotReady",
        };
        return node.Spec.Unschedulable ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(Node node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Metadata.Labels)
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length)
                roles.Add(key[RolePrefix.Length..]);
            else if (key == RoleLabel && value.Length > 0)
                roles.Add(value);
        }
        return string.Join(',', roles);
    }

    private static string Address(Node node, string type)
    {
        foreach (var address in node.Status.Addresses)
        {
            if (address.Type == type)
                return address.Address;
        }
        return "";
    }

    private static string Usage(ResourceQuota quota, bool ofLimits) => string.Join(", ", quota.Status.Hard
        .Where(hard => hard.Key.StartsWith("limits.", StringComparison.Ordinal) == ofLimits)
        .OrderBy(hard => hard.Key, StringComparer.Ordinal)
        .Select(hard => $"{hard.Key}: {quota.Status.Used.GetValueOrDefault(hard.Key)}/{hard.Value}"));
}
