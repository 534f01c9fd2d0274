using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Rbac;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>
/// The ClusterRoles and bindings that a cluster begins with: those of Kubernetes 1.36 that people bind and tools look for.
/// The roles of Kubernetes' own components are left out where this program's components do not use them.
/// </summary>
internal static class DefaultRoles
{
    private const string Aggregate = "rbac.authorization.k8s.io/aggregate-to-";
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string Read = "get list watch";
    private const string Write = "create delete deletecollection patch update";
    private const string Streams = "pods/attach pods/exec pods/portforward pods/proxy";

    /// <summary>The roles; those that aggregate others come after them.</summary>
    public static ImmutableArray<ClusterRole> Roles { get; } =
    [
        Role("cluster-admin", [Rule("*", "*", "*"), Paths("*", "*")]),
        Role("system:aggregate-to-view", ViewRules()) with { Metadata = Named("system:aggregate-to-view", "view") },
        Role("system:aggregate-to-edit", EditRules()) with { Metadata = Named("system:aggregate-to-edit", "edit") },
        Role("system:aggregate-to-admin",
        [
            Rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
            Rule($"{Write} {Read}", RbacGroup, "rolebindings roles"),
        ]) with { Metadata = Named("system:aggregate-to-admin", "admin") },
        Role("system:auth-delegator",
        [
            Rule("create", "authentication.k8s.io", "tokenreviews"), Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
        ]),
        Role("system:basic-user",
        [
            Rule("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            Rule("create", "authentication.k8s.io", "selfsubjectreviews"),
        ]),
        Role("system:discovery", [Paths("get", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/")]),
        Role("system:monitoring", [Paths("get", "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*")]),
        Role("system:public-info-viewer", [Paths("get", "/healthz /livez /readyz /version /version/")]),
        Role("system:service-account-issuer-discovery", [Paths("get", "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/")]),
        Role("system:persistent-volume-provisioner",
        [
            Rule($"{Read} create delete", "", "persistentvolumes"), Rule($"{Read} update", "", "persistentvolumeclaims"),
            Rule(Read, "storage.k8s.io", "storageclasses"), Rule("watch", "", "events"), Rule("create patch update", " events.k8s.io", "events"),
        ]),
        Role("system:kube-controller-manager", ControllerRules()),
        Role("system:kube-scheduler", SchedulerRules()),
        Aggregating("view", "view", "edit"),
        Aggregating("edit", "edit", "admin"),
        Aggregating("admin", "admin", ""),
    ];

    /// <summary>The bindings.</summary>
    public static ImmutableArray<ClusterRoleBinding> Bindings { get; } =
    [
        Binding("cluster-admin", UserInfo.Masters),
        Binding("system:basic-user", UserInfo.Authenticated),
        Binding("system:discovery", UserInfo.Authenticated),
        Binding("system:monitoring", "system:monitoring"),
        Binding("system:public-info-viewer", UserInfo.Authenticated, "system:unauthenticated"),
        Binding("system:service-account-issuer-discovery", "system:serviceaccounts"),
        BindingToUser("system:kube-controller-manager"),
        BindingToUser("system:kube-scheduler"),
    ];

    // Kubernetes gives each controller an account of its own; here they share one and so have the sum of what those may: to collect
    // what nobody owns and to empty namespaces they write and delete every kind, but they make only what controllers make, run nothing
    // in pods, stand for nobody and give nobody a right: what the aggregation controller writes into roles is what the server puts there.
    private static PolicyRule[] ControllerRules() =>
    [
        Rule($"{Read} update patch delete deletecollection", "*", "*"),
        Rule("create", "", "pods persistentvolumeclaims persistentvolumes services endpoints serviceaccounts secrets configmaps events "
            + "pods/binding pods/eviction serviceaccounts/token namespaces/finalize"),
        Rule("create", "apps batch policy autoscaling discovery.k8s.io coordination.k8s.io events.k8s.io storage.k8s.io snapshot.storage.k8s.io scheduling.k8s.io", "*"),
        Rule("create", "authentication.k8s.io", "tokenreviews"),
        Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
    ];

    private static PolicyRule[] SchedulerRules() =>
    [
        Rule("create patch update", " events.k8s.io", "events"),
        Rule("create get list update watch", "coordination.k8s.io", "leases"),
        Rule(Read, "", "nodes namespaces services replicationcontrollers persistentvolumes"),
        Rule($"{Read} delete", "", "pods"),
        Rule("create", "", "bindings pods/binding"),
        Rule("patch update", "", "pods/status"),
        Rule($"{Read} patch update", "", "persistentvolumeclaims"),
        Rule(Read, "apps", "replicasets statefulsets"),
        Rule(Read, "policy", "poddisruptionbudgets"),
        Rule(Read, "storage.k8s.io", "storageclasses csinodes csidrivers csistoragecapacities volumeattachments"),
        Rule("create", "authentication.k8s.io", "tokenreviews"),
        Rule("create", "authorization.k8s.io", "subjectaccessreviews"),
    ];

    private static PolicyRule[] ViewRules() =>
    [
        Rule(Read, "", "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
            + "replicationcontrollers/scale serviceaccounts services services/status"),
        Rule(Read, "", "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status"),
        Rule(Read, "", "namespaces"),
        Rule(Read, "discovery.k8s.io", "endpointslices"),
        Rule(Read, "apps", "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets "
            + "replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status"),
        Rule(Read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
        Rule(Read, "batch", "cronjobs cronjobs/status jobs jobs/status"),
        Rule(Read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
        Rule(Read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
    ];

    private static PolicyRule[] EditRules() =>
    [
        Rule(Read, "", $"{Streams} secrets services/proxy"),
        Rule("impersonate", "", "serviceaccounts"),
        Rule(Write, "", $"pods {Streams}"),
        Rule("create", "", "pods/eviction"),
        Rule(Write, "", "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy"),
        Rule("create", "", "serviceaccounts/token"),
        Rule(Write, "apps", "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale"),
        Rule(Write, "autoscaling", "horizontalpodautoscalers"),
        Rule(Write, "batch", "cronjobs jobs"),
        Rule(Write, "policy", "poddisruptionbudgets"),
        Rule(Write, "networking.k8s.io", "ingresses networkpolicies"),
        Rule($"{Write} {Read}", "coordination.k8s.io", "leases"),
    ];

    // The group "" is written as an empty word; nothing between two spaces would be one too, so only a single leading space makes it.
    private static PolicyRule Rule(string verbs, string groups, string resources) => PolicyRule.Empty with
    {
        Verbs = [.. verbs.Split(' ').Order(StringComparer.Ordinal)],
        ApiGroups = [.. groups.Split(' ')],
        Resources = [.. resources.Split(' ')],
    };

    private static PolicyRule Paths(string verbs, string paths) =>
        PolicyRule.Empty with { Verbs = [.. verbs.Split(' ')], NonResourceURLs = [.. paths.Split(' ')] };

    private static ClusterRole Role(string name, PolicyRule[] rules) =>
        ClusterRole.Empty with { Metadata = Named(name, ""), Rules = [.. rules] };

    private static ClusterRole Aggregating(string name, string selects, string aggregatesTo) => ClusterRole.Empty with
    {
        Metadata = Named(name, aggregatesTo),
        AggregationRule = AggregationRule.Empty with
        {
            ClusterRoleSelectors = [LabelSelector.Empty with { MatchLabels = ValueMap.Of((Aggregate + selects, "true")) }],
        },
    };

    private static ClusterRoleBinding Binding(string role, params string[] groups) => ClusterRoleBinding.Empty with
    {
        Metadata = Named(role, ""),
        RoleRef = RoleRef.Empty with { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = role },
        Subjects = groups.Select(group => Subject.Empty with { ApiGroup = RbacGroup, Kind = "Group", Name = group }).ToValueList(),
    };

    private static ClusterRoleBinding BindingToUser(string name) => Binding(name) with
    {
        Subjects = [Subject.Empty with { ApiGroup = RbacGroup, Kind = "User", Name = name }],
    };

    private static ObjectMeta Named(string name, string aggregatesTo)
    {
        var labels = ValueMap.Of(("kubernetes.io/bootstrapping", "rbac-defaults"));
        return ObjectMeta.Empty with
        {
            Name = name,
            Annotations = ValueMap.Of(("rbac.authorization.kubernetes.io/autoupdate", "true")),
            Labels = aggregatesTo.Length == 0 ? labels : labels.SetItem(Aggregate + aggregatesTo, "true"),
        };
    }
}
