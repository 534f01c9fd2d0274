using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Rbac;
using Holdfast.Model.Values;
using static Holdfast.ApiServer.Tests.Cluster;

namespace Holdfast.ApiServer.Tests;

/// <summary>Who may do what by roles, what a node may, and that nobody gives what he has not.</summary>
public sealed class RoleTests
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    [Theory]
    [InlineData("view", "list", "pods", "", true)]
    [InlineData("view", "get", "secrets", "", false)]
    [InlineData("view", "create", "pods", "exec", false)]
    [InlineData("edit", "create", "pods", "exec", true)]
    [InlineData("edit", "get", "pods", "log", true)]
    [InlineData("edit", "create", "roles", "", false)]
    [InlineData("admin", "create", "roles", "", true)]
    [InlineData("admin", "get", "secrets", "", true)]
    [InlineData("admin", "get", "nodes", "", false)]
    [InlineData("cluster-admin", "get", "nodes", "", true)]
    public async Task The_roles_that_people_bind_give_what_they_give_in_kubernetes(string role, string verb, string resource, string subresource, bool isAllowed)
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Binding("b", "ClusterRole", role));
        var access = Access.ToResource(verb, resource == "roles" ? Group : "", resource) with { Namespace = "default", Subresource = subresource };
        Assert.Equal(isAllowed, cluster.Core.Authorizer.Decide(Bob, access).IsAllowed);
        Assert.False(cluster.Core.Authorizer.Decide(Bob, access with { Namespace = "kube-system" }).IsAllowed);
    }

    [Fact]
    public async Task A_role_that_aggregates_follows_those_it_selects_at_once()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Binding("b", "ClusterRole", "view"));
        var access = Access.ToResource("get", "example.com", "ledgers") with { Namespace = "default" };
        Assert.False(cluster.Core.Authorizer.Decide(Bob, access).IsAllowed);
        await cluster.CreateAsync(ClusterRole.Empty with
        {
            Metadata = ObjectMeta.Empty with { Name = "ledgers", Labels = ValueMap.Of(("rbac.authorization.k8s.io/aggregate-to-view", "true")) },
            Rules = [Rule("get", "example.com", "ledgers")],
        });
        Assert.True(cluster.Core.Authorizer.Decide(Bob, access).IsAllowed);
    }

    [Fact]
    public async Task The_controllers_write_what_a_role_aggregates_and_nothing_else_into_it()
    {
        await using var cluster = await StartAsync();
        var client = new KubernetesClient(cluster.Core.InProcess(UserInfo.Component("kube-controller-manager")), "controllers");
        await cluster.CreateAsync(ClusterRole.Empty with
        {
            Metadata = ObjectMeta.Empty with { Name = "ledgers", Labels = ValueMap.Of(("rbac.authorization.k8s.io/aggregate-to-view", "true")) },
            Rules = [Rule("get", "example.com", "ledgers")],
        });
        var view = await client.GetAsync<ClusterRole>("", "view", Token);
        var written = await client.UpdateAsync(view with { Rules = [Rule("*", "*", "*")] }, Token);
        Assert.Contains(Rule("get", "example.com", "ledgers"), written.Rules);
        Assert.DoesNotContain(Rule("*", "*", "*"), written.Rules);
        Assert.Equal(403, (await RefusedAsync(() => client.UpdateAsync(written with { AggregationRule = new AggregationRule { ClusterRoleSelectors = [new()] } }, Token))).Code);
    }

    [Fact]
    public async Task Names_narrow_a_rule_and_stars_widen_it()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Role("r", Rule("get", "", "configmaps") with { ResourceNames = ["a"] }, Rule("*", "apps", "*/scale")));
        await cluster.CreateAsync(Binding("b", "Role", "r"));
        bool May(string verb, string group, string resource, string name, string subresource = "") => cluster.Core.Authorizer
            .Decide(Bob, Access.ToResource(verb, group, resource) with { Namespace = "default", Name = name, Subresource = subresource }).IsAllowed;
        Assert.True(May("get", "", "configmaps", "a"));
        Assert.False(May("get", "", "configmaps", "b"));
        Assert.False(May("list", "", "configmaps", ""));
        Assert.True(May("patch", "apps", "statefulsets", "s", "scale"));
        Assert.False(May("patch", "apps", "statefulsets", "s"));
    }

    [Fact]
    public async Task Nobody_gives_what_he_has_not()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Role("r", Rule("create", Group, "roles rolebindings"), Rule("get list", "", "configmaps")));
        await cluster.CreateAsync(Binding("b", "Role", "r"));
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        var refusal = await RefusedAsync(() => bob.CreateAsync(Role("more", Rule("get", "", "configmaps secrets")), Token));
        Assert.Equal("roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"bob\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC "
            + "permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}", refusal.Message);
        Assert.Equal(403, (await RefusedAsync(() => bob.CreateAsync(Binding("more", "ClusterRole", "admin"), Token))).Code);
        await bob.CreateAsync(Role("less", Rule("get", "", "configmaps")), Token);
        await bob.CreateAsync(Binding("less", "Role", "less"), Token);
    }

    [Fact]
    public async Task Who_may_bind_a_role_need_not_have_it()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Role("r", Rule("create", Group, "rolebindings"), Rule("bind", Group, "clusterroles") with { ResourceNames = ["view"] }));
        await cluster.CreateAsync(Binding("b", "Role", "r"));
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        await bob.CreateAsync(Binding("view", "ClusterRole", "view"), Token);
        Assert.Equal(403, (await RefusedAsync(() => bob.CreateAsync(Binding("edit", "ClusterRole", "edit"), Token))).Code);
    }

    [Fact]
    public async Task A_label_that_makes_a_role_part_of_ones_own_needs_what_the_role_gives()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ClusterRole.Empty with { Metadata = Objects.Meta("edits-roles", ""), Rules = [Rule("get update patch", Group, "clusterroles")] });
        await cluster.CreateAsync(ClusterBinding("edits", "edits-roles"));
        await cluster.CreateAsync(ClusterBinding("views", "view"));
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        var label = ValueMap.Of(("rbac.authorization.k8s.io/aggregate-to-view", "true"));
        var all = await bob.GetAsync<ClusterRole>("", "cluster-admin", Token);
        var refusal = await RefusedAsync(() => bob.UpdateAsync(all with { Metadata = all.Metadata with { Labels = label } }, Token));
        Assert.Equal((403, true), (refusal.Code, refusal.Message.Contains("is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}", StringComparison.Ordinal)));
        Assert.False(cluster.Core.Authorizer.Decide(Bob, Access.ToResource("get", "", "secrets")).IsAllowed);
        var mine = await bob.GetAsync<ClusterRole>("", "edits-roles", Token);
        await bob.UpdateAsync(mine with { Metadata = mine.Metadata with { Labels = label } }, Token);
    }

    [Fact]
    public async Task A_role_that_aggregates_is_changed_by_who_may_do_everything()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ClusterRole.Empty with { Metadata = Objects.Meta("edits-roles", ""), Rules = [Rule("get create update", Group, "clusterroles")] });
        await cluster.CreateAsync(ClusterBinding("edits", "edits-roles"));
        await cluster.CreateAsync(ClusterBinding("views", "view"));
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        var view = await bob.GetAsync<ClusterRole>("", "view", Token);
        ClusterRole[] changes =
        [
            view with { Metadata = view.Metadata with { Annotations = ValueMap.Of(("a", "b")) } },
            view with { AggregationRule = null },
            view with { AggregationRule = new AggregationRule { ClusterRoleSelectors = [new()] } },
        ];
        foreach (var change in changes)
            Assert.Equal(NeedsEverything("view"), (await RefusedAsync(() => bob.UpdateAsync(change, Token))).Message);
        var made = view with { Metadata = Objects.Meta("mine", ""), Rules = [] };
        Assert.Equal(NeedsEverything("mine"), (await RefusedAsync(() => bob.CreateAsync(made, Token))).Message);
        await cluster.CreateAsync(ClusterBinding("all", "cluster-admin"));
        await bob.UpdateAsync(changes[0], Token);
        await bob.CreateAsync(made, Token);

        static string NeedsEverything(string name) => $"clusterroles.rbac.authorization.k8s.io \"{name}\" is forbidden: must have cluster-admin privileges to use the aggregationRule";
    }

    [Fact]
    public async Task Every_update_of_a_role_or_binding_needs_what_it_gives_but_those_of_garbage_collection()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Role("r", Rule("get update", Group, "roles rolebindings")));
        await cluster.CreateAsync(Binding("b", "Role", "r"));
        await cluster.CreateAsync(Role("more", Rule("get", "", "secrets")));
        await cluster.CreateAsync(Binding("more", "ClusterRole", "view") with { Subjects = [] });
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        var (role, binding) = (await bob.GetAsync<Role>("default", "more", Token), await bob.GetAsync<RoleBinding>("default", "more", Token));
        Assert.Equal(403, (await RefusedAsync(() => bob.UpdateAsync(role with { Metadata = Noted(role.Metadata) }, Token))).Code);
        Assert.Equal(403, (await RefusedAsync(() => bob.UpdateAsync(binding with { Metadata = Noted(binding.Metadata) }, Token))).Code);
        role = await bob.UpdateAsync(role with { Metadata = role.Metadata with { Finalizers = ["example.com/held"] } }, Token);
        await bob.UpdateAsync(role with { Metadata = role.Metadata with { Finalizers = [] } }, Token);
        await bob.UpdateAsync(binding with { Metadata = binding.Metadata with { Finalizers = ["example.com/held"] } }, Token);

        static ObjectMeta Noted(ObjectMeta metadata) => metadata with { Annotations = ValueMap.Of(("a", "b")) };
    }

    [Fact]
    public async Task A_node_does_not_make_itself_what_others_choose_nodes_by()
    {
        await using var cluster = await StartAsync();
        var client = new KubernetesClient(cluster.Core.InProcess(UserInfo.Node("n1")), "n1");
        Task<Node> MakeAsync(params (string, string)[] labels) =>
            client.CreateAsync(Node.Empty with { Metadata = Objects.Meta("n1", "") with { Labels = ValueMap.Of(labels) } }, Token);
        Assert.Equal("nodes \"n1\" is forbidden: node \"n1\" is not allowed to set the following labels: k8s.io/x, node-role.kubernetes.io/control-plane",
            (await RefusedAsync(() => MakeAsync(("node-role.kubernetes.io/control-plane", ""), ("k8s.io/x", "y"), ("kubernetes.io/os", "linux")))).Message);
        var node = await MakeAsync(("kubernetes.io/hostname", "n1"), ("topology.kubernetes.io/zone", "a"), ("x.node.kubernetes.io/y", "z"), ("example.com/a", "b"));
        Task<Node> LabelAsync(params (string Key, string Value)[] labels) => client.UpdateAsync(node with
        {
            Metadata = node.Metadata with { Labels = labels.Aggregate(node.Metadata.Labels, (all, label) => all.SetItem(label.Key, label.Value)) },
        }, Token);
        Assert.Equal("nodes \"n1\" is forbidden: is not allowed to modify labels: a.node-restriction.kubernetes.io/b, node-restriction.kubernetes.io/a, node-role.kubernetes.io/control-plane",
            (await RefusedAsync(() => LabelAsync(("node-role.kubernetes.io/control-plane", ""), ("node-restriction.kubernetes.io/a", "b"), ("a.node-restriction.kubernetes.io/b", "c")))).Message);
        Assert.Equal("nodes \"n1\" is forbidden: node \"n1\" is not allowed to modify taints",
            (await RefusedAsync(() => client.UpdateAsync(node with { Spec = node.Spec with { Taints = [Taint.Empty with { Key = "a", Effect = "NoSchedule" }] } }, Token))).Message);
        await LabelAsync(("topology.kubernetes.io/zone", "b"), ("kubelet.kubernetes.io/x", "y"), ("mykubernetes.io/x", "y"), ("example.com/a", "c"));
        var role = ("node-role.kubernetes.io/control-plane", "");
        node = await cluster.Client.GetAsync<Node>("", "n1", Token);
        node = await cluster.Client.UpdateAsync(node with { Metadata = node.Metadata with { Labels = node.Metadata.Labels.SetItem(role.Item1, role.Item2) } }, Token);
        Assert.Contains(role.Item1, (await RefusedAsync(() => client.UpdateStatusAsync(node with { Metadata = node.Metadata with { Labels = default } }, Token))).Message, StringComparison.Ordinal);
        var pod = await cluster.CreateAsync(Objects.Pod("own", "n1"));
        Assert.EndsWith("node \"n1\" cannot update labels through pod status",
            (await RefusedAsync(() => client.UpdateStatusAsync(pod with { Metadata = pod.Metadata with { Labels = default } }, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_reads_what_its_pods_use_and_writes_its_own_pods()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Objects.ConfigMap("used"));
        await cluster.CreateAsync(Objects.ConfigMap("other"));
        var own = Objects.Pod("own", "n1");
        await cluster.CreateAsync(own with { Spec = own.Spec with { Volumes = [Volume.Empty with { Name = "v", ConfigMap = ConfigMapVolumeSource.Empty with { Name = "used" } }] } });
        await cluster.CreateAsync(Objects.Pod("other", "n2"));
        var node = new KubernetesClient(cluster.Core.InProcess(UserInfo.Node("n1")), "n1");
        Assert.NotNull(await node.FindAsync<ConfigMap>("default", "used", Token));
        Assert.Equal(403, (await RefusedAsync(() => node.FindAsync<ConfigMap>("default", "other", Token))).Code);
        Assert.Equal("own", Assert.Single((await node.ListAsync<Pod>(new ListQuery { FieldSelector = "spec.nodeName=n1" }, Token)).Items).Metadata.Name);
        Assert.Equal(403, (await RefusedAsync(() => node.ListAsync<Pod>(new ListQuery(), Token))).Code);
        Assert.Equal(403, (await RefusedAsync(() => node.FindAsync<Pod>("default", "other", Token))).Code);
        var other = await cluster.GetAsync<Pod>("other");
        Assert.Contains("can only update pod status", (await RefusedAsync(() => node.UpdateStatusAsync(Objects.Ready(other), Token))).Message, StringComparison.Ordinal);
        Assert.Contains("can only delete pods", (await RefusedAsync(() => node.DeleteAsync<Pod>("default", "other", null, Token))).Message, StringComparison.Ordinal);
        await node.UpdateStatusAsync(Objects.Ready(await cluster.GetAsync<Pod>("own")), Token);
        Assert.Equal(403, (await RefusedAsync(() => node.CreateAsync(Node.Empty with { Metadata = Objects.Meta("n2", "") }, Token))).Code);
    }

    [Fact]
    public async Task A_start_puts_back_what_default_roles_lack_and_leaves_what_was_added_or_is_marked()
    {
        await using var cluster = await StartAsync();
        var view = await cluster.Client.GetAsync<ClusterRole>("", "system:aggregate-to-view", Token);
        await cluster.Client.UpdateAsync(view with { Rules = [Rule("get", "example.com", "ledgers")] }, Token);
        var edit = await cluster.Client.GetAsync<ClusterRole>("", "system:aggregate-to-edit", Token);
        await cluster.Client.UpdateAsync(edit with { Rules = [], Metadata = edit.Metadata with { Annotations = ValueMap.Of((AutoUpdate, "false")) } }, Token);
        var binding = await cluster.Client.GetAsync<ClusterRoleBinding>("", "system:discovery", Token);
        await cluster.Client.UpdateAsync(binding with { Subjects = [binding.Subjects[0] with { Name = "others" }] }, Token);
        await cluster.Client.DeleteAsync<ClusterRoleBinding>("", "system:basic-user", null, Token);
        await cluster.Client.CreateAsync(Binding("x", "ClusterRole", "view"), Token);
        await cluster.Core.BootstrapAsync(null, Token);
        bool May(string verb, string group, string resource) => cluster.Core.Authorizer
            .Decide(Bob, Access.ToResource(verb, group, resource) with { Namespace = "default" }).IsAllowed;
        Assert.True(May("list", "", "pods"));
        Assert.True(May("get", "example.com", "ledgers"));
        Assert.True((await cluster.Client.GetAsync<ClusterRole>("", "system:aggregate-to-edit", Token)).Rules.IsEmpty);
        Assert.Equal(["others", UserInfo.Authenticated], (await cluster.Client.GetAsync<ClusterRoleBinding>("", "system:discovery", Token)).Subjects.Select(subject => subject.Name));
        Assert.NotNull(await cluster.Client.FindAsync<ClusterRoleBinding>("", "system:basic-user", Token));
        var revision = cluster.Store.CurrentRevision;
        await cluster.Core.BootstrapAsync(null, Token);
        Assert.Equal(revision, cluster.Store.CurrentRevision);
    }

    [Fact]
    public async Task The_controllers_do_their_work_and_give_nobody_a_right()
    {
        await using var cluster = await StartAsync();
        var controllers = UserInfo.Component("kube-controller-manager");
        bool May(string verb, string group, string resource, string subresource = "") => cluster.Core.Authorizer
            .Decide(controllers, Access.ToResource(verb, group, resource) with { Namespace = "default", Subresource = subresource }).IsAllowed;
        Assert.True(May("create", "", "pods"));
        Assert.True(May("delete", "example.com", "ledgers"));
        Assert.True(May("create", "", "pods", "binding"));
        Assert.False(May("create", "", "pods", "exec"));
        Assert.False(May("impersonate", "", "users"));
        Assert.False(May("create", Group, "clusterrolebindings"));
        var client = new KubernetesClient(cluster.Core.InProcess(controllers), "controllers");
        var role = await client.GetAsync<ClusterRole>("", "view", Token);
        var discovery = await client.GetAsync<ClusterRole>("", "system:discovery", Token);
        Assert.Equal(403, (await RefusedAsync(() => client.UpdateAsync(discovery with { Rules = [Rule("*", "*", "*")] }, Token))).Code);
        Assert.Equal(403, (await RefusedAsync(() => client.CreateAsync(role with { Metadata = Objects.Meta("mine", "") }, Token))).Code);
    }

    [Theory]
    [InlineData("exec")]
    [InlineData("attach")]
    [InlineData("portforward")]
    public async Task What_runs_in_a_pod_needs_create_however_it_is_asked_for(string subresource)
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.DefaultAccount(), Token);
        await server.Client.CreateAsync(Objects.Pod("p", "n1"), Token);
        await server.Client.CreateAsync(Role("reads", Rule("get list watch", "", $"pods pods/{subresource}")), Token);
        await server.Client.CreateAsync(Binding("b", "Role", "reads"), Token);
        var path = $"/api/v1/namespaces/default/pods/p/{subresource}?command=sh&stdout=true&ports=80";
        foreach (var method in new[] { "GET", "POST" })
        {
            var (code, body) = await server.SendAsync(method, path, null, "application/json", ("Impersonate-User", "bob"));
            Assert.Equal((403, $"pods \"p\" is forbidden: User \"bob\" cannot create resource \"pods/{subresource}\" in API group \"\" in the namespace \"default\""), (code, (string)body["message"]!));
        }
        await server.Client.CreateAsync(Role("runs", Rule("create", "", $"pods/{subresource}")), Token);
        await server.Client.CreateAsync(Binding("c", "Role", "runs"), Token);
        Assert.NotEqual(403, (await server.SendAsync("POST", path, null, "application/json", ("Impersonate-User", "bob"))).Code);
    }

    [Fact]
    public async Task A_role_for_one_object_lets_watch_that_object_by_its_name()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Role("r", Rule("get list watch", "", "configmaps") with { ResourceNames = ["a"] }));
        await cluster.CreateAsync(Binding("b", "Role", "r"));
        var bob = new KubernetesClient(cluster.Core.InProcess(Bob), "bob");
        Assert.Empty((await bob.ListAsync<ConfigMap>(new ListQuery { Namespace = "default", FieldSelector = "metadata.name=a" }, Token)).Items);
        Assert.Equal(403, (await RefusedAsync(() => bob.ListAsync<ConfigMap>(new ListQuery { Namespace = "default", FieldSelector = "metadata.name=b" }, Token))).Code);
        Assert.Equal(403, (await RefusedAsync(() => bob.ListAsync<ConfigMap>(new ListQuery { Namespace = "default" }, Token))).Code);
    }

    [Fact]
    public async Task Kubectl_tells_what_somebody_may()
    {
        Assert.True(Kubectl.IsThere, "kubectl is missing; ./test says where it is to be had");
        await using var server = await RunningServer.StartAsync(Token);
        var kubectl = new Kubectl(server);
        await kubectl.RunAsync("", "create", "rolebinding", "b", "--clusterrole=view", "--user=bob");
        Assert.Equal("yes", (await kubectl.RunAsync("", "auth", "can-i", "list", "pods", "--as", "bob")).Trim());
        var list = await kubectl.RunAsync("", "auth", "can-i", "--list", "--as", "bob");
        Assert.Contains("pods/log", list, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets", list, StringComparison.Ordinal);
    }

    private static UserInfo Bob { get; } = new("bob", [UserInfo.Authenticated]);

    private static PolicyRule Rule(string verbs, string group, string resources) =>
        PolicyRule.Empty with { Verbs = [.. verbs.Split(' ')], ApiGroups = [group], Resources = [.. resources.Split(' ')] };

    private static Role Role(string name, params PolicyRule[] rules) => Model.Rbac.Role.Empty with { Metadata = Objects.Meta(name), Rules = [.. rules] };

    private static ClusterRoleBinding ClusterBinding(string name, string role) => ClusterRoleBinding.Empty with
    {
        Metadata = Objects.Meta(name, ""),
        RoleRef = RoleRef.Empty with { ApiGroup = Group, Kind = "ClusterRole", Name = role },
        Subjects = [Subject.Empty with { ApiGroup = Group, Kind = "User", Name = "bob" }],
    };

    private static RoleBinding Binding(string name, string kind, string role) => RoleBinding.Empty with
    {
        Metadata = Objects.Meta(name),
        RoleRef = RoleRef.Empty with { ApiGroup = Group, Kind = kind, Name = role },
        Subjects = [Subject.Empty with { ApiGroup = Group, Kind = "User", Name = "bob" }],
    };
}
