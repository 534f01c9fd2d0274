using Holdfast.EndToEnd.Programs;

namespace Holdfast.EndToEnd;

/// <summary>The rest of what people ask of kubectl: objects are applied, changed, shown, explained and described; what is not there is refused by name.</summary>
public sealed class KubectlCommandTests(FakeCluster cluster) : IClassFixture<FakeCluster>
{
    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task Server_side_apply_tells_a_conflict_and_takes_over_when_it_is_forced()
    {
        var space = await cluster.NamespaceAsync();
        await Kubectl.SaysAsync("-n", space, "create", "configmap", "c", "--from-literal=a=first");
        var refused = await Kubectl.ApplyAsync(Map("second"), "-n", space, "--server-side");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("conflict with \"kubectl-create\" using v1: .data.a", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("configmap/c serverside-applied\n", (await Kubectl.ApplyAsync(Map("second"), "-n", space, "--server-side", "--force-conflicts")).Succeeded());
        Assert.Equal("second", await ValueAsync(space));
        Assert.Equal("configmap/c serverside-applied\n", (await Kubectl.ApplyAsync(Map("third"), "-n", space, "--server-side")).Succeeded());
        Assert.Equal("kubectl", await Kubectl.SaysAsync("-n", space, "get", "configmap", "c", "--show-managed-fields", "-o", "jsonpath={.metadata.managedFields[?(@.operation==\"Apply\")].manager}"));
    }

    [Fact]
    public async Task Diff_shows_what_an_apply_would_change_and_changes_nothing()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Map("first"), "-n", space)).Succeeded();
        Assert.Equal(0, (await WithInputAsync(Map("first"), "-n", space, "diff", "-f", "-")).ExitCode);
        var diff = await WithInputAsync(Map("second"), "-n", space, "diff", "-f", "-");
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("-  a: first\n+  a: second", diff.Output, StringComparison.Ordinal);
        Assert.Equal("first", await ValueAsync(space));
    }

    [Fact]
    public async Task Replace_puts_one_object_in_the_place_of_another()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Map("first"), "-n", space)).Succeeded();
        var uid = await Kubectl.SaysAsync("-n", space, "get", "configmap", "c", "-o", "jsonpath={.metadata.uid}");
        Assert.Equal("configmap/c replaced\n", (await WithInputAsync(Map("second"), "-n", space, "replace", "-f", "-")).Succeeded());
        Assert.Equal("second", await ValueAsync(space));
        Assert.Equal(uid, await Kubectl.SaysAsync("-n", space, "get", "configmap", "c", "-o", "jsonpath={.metadata.uid}"));
        Assert.Equal("configmap \"c\" deleted\nconfigmap/c replaced\n", (await WithInputAsync(Map("third"), "-n", space, "replace", "--force", "-f", "-")).Succeeded());
        Assert.NotEqual(uid, await Kubectl.SaysAsync("-n", space, "get", "configmap", "c", "-o", "jsonpath={.metadata.uid}"));
    }

    [Fact]
    public async Task Labels_and_annotations_are_put_on_changed_and_taken_off()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Map("first"), "-n", space)).Succeeded();
        Assert.Equal("configmap/c labeled\n", await Kubectl.SaysAsync("-n", space, "label", "configmap", "c", "tier=front"));
        Assert.Contains("already has a value", (await Kubectl.RunAsync("-n", space, "label", "configmap", "c", "tier=back")).Errors, StringComparison.Ordinal);
        await Kubectl.SaysAsync("-n", space, "label", "configmap", "c", "tier=back", "--overwrite");
        Assert.Equal("configmap/c\n", await Kubectl.SaysAsync("-n", space, "get", "configmaps", "-l", "tier=back", "-o", "name"));
        Assert.Equal("configmap/c unlabeled\n", await Kubectl.SaysAsync("-n", space, "label", "configmap", "c", "tier-"));
        Assert.Equal("configmap/c annotated\n", await Kubectl.SaysAsync("-n", space, "annotate", "configmap", "c", "note=yes"));
        Assert.Equal("configmap/c annotated\n", await Kubectl.SaysAsync("-n", space, "annotate", "configmap", "c", "note-"));
    }

    [Theory]
    [InlineData("configmap c --from-literal=a=b", "configmap/c created")]
    [InlineData("secret generic s --from-literal=a=b", "secret/s created")]
    [InlineData("secret docker-registry r --docker-server=x --docker-username=u --docker-password=p", "secret/r created")]
    [InlineData("serviceaccount sa", "serviceaccount/sa created")]
    [InlineData("role r --verb=get,list --resource=pods,pods/log", "role.rbac.authorization.k8s.io/r created")]
    [InlineData("rolebinding rb --clusterrole=view --serviceaccount=default:default", "rolebinding.rbac.authorization.k8s.io/rb created")]
    [InlineData("clusterrole end-to-end --verb=get --resource=nodes", "clusterrole.rbac.authorization.k8s.io/end-to-end created")]
    [InlineData("clusterrolebinding end-to-end --clusterrole=view --user=joe", "clusterrolebinding.rbac.authorization.k8s.io/end-to-end created")]
    [InlineData("priorityclass end-to-end --value=1000 --description=High", "priorityclass.scheduling.k8s.io/end-to-end created")]
    [InlineData("poddisruptionbudget p --selector=app=web --min-available=50%", "poddisruptionbudget.policy/p created")]
    [InlineData("service clusterip s --tcp=80:8080", "service/s created")]
    [InlineData("service clusterip headless --clusterip=None --tcp=80", "service/headless created")]
    [InlineData("service nodeport np --tcp=80", "service/np created")]
    [InlineData("service loadbalancer lb --tcp=80", "service/lb created")]
    [InlineData("service externalname en --external-name=example.com", "service/en created")]
    [InlineData("deployment d --image=example/app:1 --port=80", "deployment.apps/d created")]
    [InlineData("job j --image=example/app:1", "job.batch/j created")]
    [InlineData("cronjob cj --image=example/app:1 --schedule=@daily", "cronjob.batch/cj created")]
    public async Task Each_generator_makes_its_object(string arguments, string said)
    {
        var space = await cluster.NamespaceAsync();
        Assert.Equal(said + "\n", await Kubectl.SaysAsync(["-n", space, "create", .. arguments.Split(' ')]));
        Assert.Equal(said.Replace(" created", "", StringComparison.Ordinal) + "\n", await Kubectl.SaysAsync("-n", space, "get", said.Split(' ')[0], "-o", "name"));
        Assert.NotEmpty(await Kubectl.SaysAsync("-n", space, "describe", said.Split(' ')[0]));
    }

    [Fact]
    public async Task Apply_prunes_what_is_no_longer_in_the_manifest()
    {
        var space = await cluster.NamespaceAsync();
        string Labelled(string name) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{app: shop}}}}\n";
        (await Kubectl.ApplyAsync(Labelled("kept") + "---\n" + Labelled("gone"), "-n", space)).Succeeded();
        var pruned = (await Kubectl.ApplyAsync(Labelled("kept"), "-n", space, "--prune", "-l", "app=shop")).Succeeded();
        Assert.Contains("configmap/gone pruned", pruned, StringComparison.Ordinal);
        Assert.Equal("configmap/kept\n", await Kubectl.SaysAsync("-n", space, "get", "configmaps", "-l", "app=shop", "-o", "name"));
    }

    [Fact]
    public async Task The_whole_cluster_is_dumped()
    {
        var space = await cluster.NamespaceAsync();
        await Kubectl.SaysAsync("-n", space, "create", "deployment", "dumped", "--image=example/app:1", "--replicas=0");
        var dump = await Kubectl.SaysAsync("cluster-info", "dump", "--namespaces", space);
        Assert.Contains("\"kind\": \"ReplicationControllerList\"", dump, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"DaemonSetList\"", dump, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"dumped\"", dump, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("daemonsets", "apps/v1", "DaemonSet", "daemonsets.apps")]
    [InlineData("ingresses", "networking.k8s.io/v1", "Ingress", "ingresses.networking.k8s.io")]
    [InlineData("replicationcontrollers", "v1", "ReplicationController", "replicationcontrollers")]
    public async Task A_kind_that_nothing_acts_on_is_listed_as_empty_and_cannot_be_made(string plural, string version, string kind, string name)
    {
        var space = await cluster.NamespaceAsync();
        Assert.Equal("", await Kubectl.SaysAsync("-n", space, "get", plural, "-o", "name"));
        var refused = await WithInputAsync($"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n", "-n", space, "create", "--validate=false", "-f", "-");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{name} cannot be made or changed in this cluster, since nothing in it would act on them", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create quota q --hard=pods=3", "resourcequotas are not served by this cluster")]
    [InlineData("create ingress i --rule=example.com/a=s:80", "ingresses.networking.k8s.io cannot be made or changed in this cluster, since nothing in it would act on them")]
    [InlineData("autoscale deployment web --min=1 --max=3", "horizontalpodautoscalers.autoscaling are not served by this cluster")]
    [InlineData("get limitranges", "the server doesn't have a resource type \"limitranges\"")]
    [InlineData("top pods", "Metrics API not available")]
    [InlineData("top nodes", "Metrics API not available")]
    public async Task What_is_not_acted_on_is_refused_by_name(string arguments, string reason)
    {
        var space = await cluster.NamespaceAsync();
        await Kubectl.SaysAsync("-n", space, "create", "deployment", "web", "--image=example/app:1");
        var refused = await Kubectl.RunAsync(["-n", space, .. arguments.Split(' ')]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(reason, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_policy_is_kept_with_a_warning_that_it_holds_nothing_back()
    {
        var space = await cluster.NamespaceAsync();
        var applied = await Kubectl.ApplyAsync("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}}\n", "-n", space);
        Assert.Equal("networkpolicy.networking.k8s.io/np created\n", applied.Succeeded());
        Assert.Contains("Warning: spec: NetworkPolicy objects are stored but not enforced", applied.Errors, StringComparison.Ordinal);
        Assert.Contains("Allowing ingress traffic", await Kubectl.SaysAsync("-n", space, "describe", "networkpolicy", "np"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_can_be_listed_explained_and_described()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Manifests.Set("db", 1), "-n", space)).Succeeded();
        await cluster.ReadyAsync(space, "db-0");
        var kinds = (await Kubectl.SaysAsync("api-resources", "--verbs=list", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(["pods", "deployments.apps", "jobs.batch", "cronjobs.batch", "networkpolicies.networking.k8s.io"], kind => Assert.Contains(kind, kinds));
        foreach (var kind in kinds)
        {
            await Kubectl.SaysAsync("get", kind, "-A", "-o", "wide");
            await Kubectl.SaysAsync("describe", kind, "-A");
            // kubectl takes the group of the second kind of events for a field of the first.
            string[] words = kind == "events.events.k8s.io" ? ["events", "--api-version=events.k8s.io/v1"] : [kind];
            Assert.Contains("FIELDS:", await Kubectl.SaysAsync(["explain", .. words]), StringComparison.Ordinal);
        }
        var versions = await Kubectl.SaysAsync("api-versions");
        Assert.All(["apps/v1", "batch/v1", "rbac.authorization.k8s.io/v1", "v1"], version => Assert.Contains(version + "\n", versions, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deployment.spec.strategy.rollingUpdate.maxSurge", "maxSurge <IntOrString>")]
    [InlineData("job.spec.backoffLimit", "backoffLimit <integer>")]
    [InlineData("cronjob.spec.schedule", "schedule <string>")]
    [InlineData("statefulset.spec.replicas", "replicas <integer>")]
    public async Task A_field_is_explained_with_its_type_and_in_words(string path, string type)
    {
        var explained = await Kubectl.SaysAsync("explain", path);
        Assert.Contains(type, explained, StringComparison.Ordinal);
        Assert.DoesNotContain("<empty>", explained, StringComparison.Ordinal);
        Assert.Matches(@"DESCRIPTION:\n +\S", explained);
        Assert.Contains("FIELDS:", await Kubectl.SaysAsync("explain", path.Split('.')[0], "--recursive"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_what_is_told()
    {
        var space = await cluster.NamespaceAsync();
        Assert.Equal("yes\n", await Kubectl.SaysAsync("auth", "can-i", "create", "deployments.apps", "-n", space));
        Assert.Contains("*.*", await Kubectl.SaysAsync("auth", "can-i", "--list", "-n", space), StringComparison.Ordinal);
        await Kubectl.SaysAsync("-n", space, "create", "rolebinding", "viewer", "--clusterrole=view", "--user=joe");
        Assert.Equal("yes\n", await Kubectl.SaysAsync("auth", "can-i", "list", "pods", "-n", space, "--as=joe"));
        var refused = await Kubectl.RunAsync("auth", "can-i", "delete", "pods", "-n", space, "--as=joe");
        Assert.Equal((1, "no"), (refused.ExitCode, refused.Output.TrimEnd('\n')));
        Assert.Contains("joe", await Kubectl.SaysAsync("auth", "whoami", "--as=joe"), StringComparison.Ordinal);
        Assert.Equal(3, (await Kubectl.SaysAsync("-n", space, "create", "token", "default")).Split('.').Length);
    }

    [Fact]
    public async Task Lists_are_sorted_cut_and_shown_in_every_form()
    {
        var space = await cluster.NamespaceAsync();
        foreach (var name in new[] { "c", "a", "b" })
            await Kubectl.SaysAsync("-n", space, "create", "secret", "generic", name, $"--from-literal=x={name}");
        Assert.Equal("a b c", await Kubectl.SaysAsync("-n", space, "get", "secrets", "--sort-by=.metadata.name", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Equal("NAME\na\nb\nc\n", await Kubectl.SaysAsync("-n", space, "get", "secrets", "-o", "custom-columns=NAME:.metadata.name"));
        Assert.Equal("abc", await Kubectl.SaysAsync("-n", space, "get", "secrets", "-o", "go-template={{range .items}}{{.metadata.name}}{{end}}"));
        Assert.Contains("kind: List", await Kubectl.SaysAsync("-n", space, "get", "secrets", "-o", "yaml"), StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"Secret\"", await Kubectl.SaysAsync("-n", space, "get", "secret", "a", "-o", "json"), StringComparison.Ordinal);
        Assert.Equal(3, (await Kubectl.SaysAsync("-n", space, "get", "secrets", "--chunk-size=1", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_cluster_says_what_it_is()
    {
        Assert.Contains("Kubernetes control plane", await Kubectl.SaysAsync("cluster-info"), StringComparison.Ordinal);
        Assert.Contains("Server Version: v1.36", await Kubectl.SaysAsync("version"), StringComparison.Ordinal);
        var space = await cluster.NamespaceAsync();
        Assert.Equal("pod/x created\n", await Kubectl.SaysAsync("-n", space, "run", "x", "--image=example/app:1"));
        await ClusterFixture.HoldsAsync("its events are told", async () => (await Kubectl.SaysAsync("-n", space, "events", "--for=pod/x")).Contains("Scheduled", StringComparison.Ordinal));
        Assert.Contains("Scheduled", await Kubectl.SaysAsync("-n", space, "get", "events", "--sort-by=.lastTimestamp"), StringComparison.Ordinal);
    }

    private Task<string> ValueAsync(string space) => Kubectl.SaysAsync("-n", space, "get", "configmap", "c", "-o", "jsonpath={.data.a}");

    private async Task<Outcome> WithInputAsync(string manifest, params string[] arguments)
    {
        await using var program = Kubectl.Start(arguments);
        await program.WriteAsync(manifest);
        return await program.EndsAsync();
    }

    private static string Map(string value) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: {value}}}\n";
}
