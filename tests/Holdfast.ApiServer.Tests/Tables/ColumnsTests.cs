using Holdfast.ApiServer.Registry;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tests.Tables;

/// <summary>
/// The columns of every kind, as Kubernetes' <c>pkg/printers/internalversion/printers.go</c> has them: NAME, then <c>:</c> and the
/// type when it is not a string, <c>/</c> and the format, and <c>*</c> for what only the wide form shows.
/// </summary>
public sealed class ColumnsTests
{
    private const string Default = "Name/name, Created At:date";
    private const string Webhooks = "Name/name, Webhooks:integer, Age";
    private const string Binding = "Name/name, Role, Age, Users*, Groups*, ServiceAccounts*";
    private const string Happening = "Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name/name*";
    private const string Pods = "Containers*, Images*, Selector*";

    private static readonly Dictionary<string, string> Kubernetes = new(StringComparer.Ordinal)
    {
        ["bindings"] = Default,
        ["configmaps"] = "Name/name, Data, Age",
        ["endpoints"] = "Name/name, Endpoints, Age",
        ["events"] = Happening,
        ["namespaces"] = "Name/name, Status, Age",
        ["nodes"] = "Name/name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*",
        ["persistentvolumeclaims"] = "Name/name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*",
        ["persistentvolumes"] = "Name/name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*",
        ["pods"] = "Name/name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*",
        ["podtemplates"] = "Name/name, Containers, Images, Pod Labels",
        ["secrets"] = "Name/name, Type, Data, Age",
        ["serviceaccounts"] = "Name/name, Secrets, Age",
        ["services"] = "Name/name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*",
        ["controllerrevisions.apps"] = "Name/name, Controller, Revision, Age",
        ["deployments.apps"] = $"Name/name, Ready, Up-to-date, Available, Age, {Pods}",
        ["daemonsets.apps"] = $"Name/name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age, {Pods}",
        ["replicationcontrollers"] = $"Name/name, Desired:integer, Current:integer, Ready:integer, Age, {Pods}",
        ["ingresses.networking.k8s.io"] = "Name/name, Class, Hosts, Address, Ports, Age",
        ["replicasets.apps"] = $"Name/name, Desired:integer, Current:integer, Ready:integer, Age, {Pods}",
        ["statefulsets.apps"] = "Name/name, Ready, Age, Containers*, Images*",
        ["jobs.batch"] = $"Name/name, Status, Completions, Duration, Age, {Pods}",
        ["cronjobs.batch"] = $"Name/name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age, {Pods}",
        ["leases.coordination.k8s.io"] = "Name/name, Holder, Age",
        ["endpointslices.discovery.k8s.io"] = "Name/name, AddressType, Ports, Endpoints, Age",
        ["events.events.k8s.io"] = Happening,
        ["networkpolicies.networking.k8s.io"] = "Name/name, Pod-Selector, Age",
        ["poddisruptionbudgets.policy"] = "Name/name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age",
        ["roles.rbac.authorization.k8s.io"] = Default,
        ["clusterroles.rbac.authorization.k8s.io"] = Default,
        ["rolebindings.rbac.authorization.k8s.io"] = Binding,
        ["clusterrolebindings.rbac.authorization.k8s.io"] = Binding,
        ["priorityclasses.scheduling.k8s.io"] = "Name/name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy",
        ["storageclasses.storage.k8s.io"] = "Name/name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age",
        ["volumeattachments.storage.k8s.io"] = "Name/name, Attacher/name, PV, Node, Attached:boolean, Age",
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = Webhooks,
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = Webhooks,
        ["customresourcedefinitions.apiextensions.k8s.io"] = Default,
    };

    [Fact]
    public void Every_served_kind_has_the_columns_of_kubernetes()
    {
        foreach (var served in ServedResources.OfModel().All)
        {
            Assert.True(Kubernetes.TryGetValue(served.Type.GroupResource, out var columns), $"{served.Type.GroupResource}: its columns are not held here");
            Assert.Equal($"{served.Type.GroupResource}: {columns}", $"{served.Type.GroupResource}: {Columns(served.Type)}");
        }
    }

    [Fact]
    public void A_scale_has_the_columns_of_kubernetes()
    {
        Assert.Equal("Name/name, Desired:integer, Available:integer, Age", Columns(Scale.ResourceType));
        Assert.Equal("x | 3 | 2 | 24h", PrintedTable.Cells(Scale.Empty with
        {
            Metadata = Objects.Meta("x") with { CreationTimestamp = PrintedTable.Now.AddDays(-1) },
            Spec = ScaleSpec.Empty with { Replicas = 3 },
            Status = ScaleStatus.Empty with { Replicas = 2 },
        }));
    }

    private static string Columns(ResourceType type) => string.Join(", ", PrintedTable.Of(type, [])["columnDefinitions"]!.AsArray().Select(column =>
    {
        var (kind, format) = ((string)column!["type"]!, (string)column["format"]!);
        return $"{column["name"]}{(kind == "string" ? "" : ":" + kind)}{(format.Length == 0 ? "" : "/" + format)}{((int)column["priority"]! == 0 ? "" : "*")}";
    }));
}
