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
    public async Task Kubectl_tells_what_somebody_may()
    {
        Assert.SkipUnless(Kubectl.IsThere, "kubectl is not on the path");
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

    private static RoleBinding Binding(string name, string kind, string role) => RoleBinding.Empty with
    {
        Metadata = Objects.Meta(name),
        RoleRef = RoleRef.Empty with { ApiGroup = Group, Kind = kind, Name = role },
        Subjects = [Subject.Empty with { ApiGroup = Group, Kind = "User", Name = "bob" }],
    };
}
