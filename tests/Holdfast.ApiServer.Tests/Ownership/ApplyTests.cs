using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tests.Ownership;

/// <summary>Server-side apply, and the book of owners that every write keeps.</summary>
public sealed class ApplyTests
{
    private static CancellationToken Token => Cluster.Token;

    [Fact]
    public async Task Applying_the_same_again_writes_nothing()
    {
        await using var cluster = await Cluster.StartAsync();
        var first = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"1"}}""");
        var second = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"1"}}""");
        Assert.Equal(first, second);
        Assert.Equal(first.Metadata.ResourceVersion, (await cluster.GetAsync<ConfigMap>("a")).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Two_managers_that_apply_the_same_value_share_it_and_it_stays_until_both_let_go()
    {
        await using var cluster = await Cluster.StartAsync();
        await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"1","l":"1"}}""");
        var shared = await ApplyAsync<ConfigMap>(cluster, "two", """{"data":{"k":"1"}}""");
        Assert.Equal(["one: .data.k .data.l", "two: .data.k"], Owners(shared));
        var left = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"l":"1"}}""");
        Assert.Equal("1", left.Data["k"]);
        var gone = await ApplyAsync<ConfigMap>(cluster, "two", "{}");
        Assert.Equal(ValueMap.Of(("l", "1")), gone.Data);
        Assert.Equal(["one: .data.l"], Owners(gone));
    }

    [Fact]
    public async Task A_conflict_with_an_updater_names_its_version_and_force_takes_the_field()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Objects.ConfigMap("a", ("k", "1"), ("l", "1")));
        var refused = await Cluster.RefusedAsync(() => ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"2","l":"2"}}"""));
        Assert.Equal("Apply failed with 2 conflicts: conflicts with \"tests\" using v1:\n- .data.k\n- .data.l", refused.Status.Message);
        Assert.Equal("FieldManagerConflict", refused.Status.Details!.Causes[0].Reason);
        Assert.Equal("1", (await cluster.GetAsync<ConfigMap>("a")).Data["k"]);
        var forced = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"2"}}""", force: true);
        Assert.Equal(["one: .data.k", "tests: .data .data.l"], Owners(forced));
    }

    [Fact]
    public async Task A_dry_run_shows_the_result_and_keeps_nothing()
    {
        await using var cluster = await Cluster.StartAsync();
        var shown = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"k":"1"}}""", isDryRun: true);
        Assert.Equal("1", shown.Data["k"]);
        Assert.True((await Cluster.RefusedAsync(() => cluster.GetAsync<ConfigMap>("a"))).IsNotFound);
    }

    [Fact]
    public async Task Ports_without_a_protocol_are_told_apart_by_its_default_and_keep_the_applied_order()
    {
        await using var cluster = await Cluster.StartAsync();
        await ApplyAsync<Service>(cluster, "one", """{"spec":{"ports":[{"name":"a","port":80},{"name":"b","port":81}]}}""");
        await ApplyAsync<Service>(cluster, "two", """{"spec":{"ports":[{"name":"c","port":90}]}}""");
        var applied = await ApplyAsync<Service>(cluster, "one", """{"spec":{"ports":[{"name":"b","port":81},{"name":"a2","port":80}]}}""");
        Assert.Equal([81, 90, 80], applied.Spec.Ports.Select(port => port.Port));
        Assert.Contains("""one: .spec.ports[port=80,protocol="TCP"]""", Owners(applied)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_adds_to_the_template_of_another_goes_when_it_is_applied_no_more()
    {
        await using var cluster = await Cluster.StartAsync();
        const string Set = """
            {"spec":{"serviceName":"a","selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},
            "spec":{"containers":[{"name":"c","image":"x:1"}]}}}}
            """;
        await ApplyAsync<StatefulSet>(cluster, "one", Set);
        const string Probe = """
            {"spec":{"template":{"spec":{"containers":[{"name":"c","readinessProbe":{"httpGet":{"port":80}}},{"name":"side","image":"y:1"}]}}}}
            """;
        var added = await ApplyAsync<StatefulSet>(cluster, "two", Probe);
        Assert.Equal(10, (added.Spec.Template.Spec.Containers[0].ReadinessProbe?.PeriodSeconds));
        Assert.Equal(["c", "side"], added.Spec.Template.Spec.Containers.Select(container => container.Name));
        var left = await ApplyAsync<StatefulSet>(cluster, "two", "{}");
        Assert.Null(left.Spec.Template.Spec.Containers.Single().ReadinessProbe);
        Assert.Equal("x:1", left.Spec.Template.Spec.Containers.Single().Image);
        Assert.Equal(3, left.Metadata.Generation);
    }

    [Fact]
    public async Task A_status_is_owned_apart_and_an_application_cannot_touch_it()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Objects.Pod("a"));
        var pod = await cluster.GetAsync<Pod>("a");
        await cluster.Client.UpdateStatusAsync(Objects.Ready(pod), Token);
        var applied = await ApplyAsync<Pod>(cluster, "one", """{"metadata":{"labels":{"x":"1"}},"status":{"phase":"Failed"}}""");
        Assert.Equal("Running", applied.Status.Phase);
        Assert.Equal("one: .metadata.labels.x", Owners(applied)[0]);
        Assert.Equal("status", applied.Metadata.ManagedFields[2].Subresource);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_writes_nothing()
    {
        await using var cluster = await Cluster.StartAsync();
        var created = await cluster.CreateAsync(Objects.Pod("a"));
        var again = await cluster.Client.UpdateAsync(created, Token);
        var other = new KubernetesClient(cluster.Core.InProcess(Security.UserInfo.Administrator), "other");
        var status = await other.UpdateStatusAsync(created with { Metadata = created.Metadata with { ManagedFields = default } }, Token);
        Assert.Equal(created.Metadata, again.Metadata);
        Assert.Equal(created.Metadata, status.Metadata);
    }

    [Fact]
    public async Task A_change_moves_only_the_changed_fields_to_its_manager()
    {
        await using var cluster = await Cluster.StartAsync();
        var created = await cluster.CreateAsync(Objects.ConfigMap("a", ("k", "1"), ("l", "1"), ("m", "1")));
        var other = new KubernetesClient(cluster.Core.InProcess(Security.UserInfo.Administrator), "other");
        var updated = await other.UpdateAsync(created with { Data = ValueMap.Of(("k", "2"), ("l", "1")) }, Token);
        Assert.Equal(["other: .data.k", "tests: .data .data.l"], Owners(updated).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Beyond_ten_updaters_the_oldest_become_one()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Objects.ConfigMap("a", ("k", "1")));
        var map = await cluster.GetAsync<ConfigMap>("a");
        for (var i = 0; i < 12; i++)
        {
            var client = new KubernetesClient(cluster.Core.InProcess(Security.UserInfo.Administrator), $"m{i:00}");
            map = await client.UpdateAsync(map with { Data = map.Data.SetItem($"d{i}", "1") }, Token);
        }
        Assert.Equal(10, map.Metadata.ManagedFields.Count);
        Assert.Contains(map.Metadata.ManagedFields, entry => entry.Manager == "ancient-changes");
        Assert.Equal(14, map.Metadata.ManagedFields.Sum(entry => FieldsV1.Read(entry.FieldsV1).Paths().Count()));
    }

    [Fact]
    public async Task A_client_may_empty_the_book_and_the_first_application_begins_it_again()
    {
        await using var cluster = await Cluster.StartAsync();
        var created = await cluster.CreateAsync(Objects.ConfigMap("a", ("k", "1")));
        var emptied = await cluster.Client.UpdateAsync(
            created with { Metadata = created.Metadata with { ManagedFields = [ManagedFieldsEntry.Empty] } }, Token);
        Assert.True(emptied.Metadata.ManagedFields.IsEmpty);
        var changed = await cluster.Client.UpdateAsync(emptied with { Data = ValueMap.Of(("k", "2")) }, Token);
        Assert.True(changed.Metadata.ManagedFields.IsEmpty);
        var applied = await ApplyAsync<ConfigMap>(cluster, "one", """{"data":{"l":"1"}}""");
        Assert.Equal(["before-first-apply: .data .data.k", "one: .data.l"], Owners(applied));
    }

    [Fact]
    public async Task What_kubectl_applied_on_its_own_side_it_takes_over_without_a_conflict()
    {
        await using var cluster = await Cluster.StartAsync();
        const string Configuration = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"},"data":{"k":"1"}}""";
        var map = Objects.ConfigMap("a", ("k", "1"));
        await cluster.CreateAsync(map with { Metadata = map.Metadata with { Annotations = ValueMap.Of((LastApplied.Annotation, Configuration)) } });
        await Cluster.RefusedAsync(() => ApplyAsync<ConfigMap>(cluster, "someone", """{"data":{"k":"2"}}"""));
        var applied = await ApplyAsync<ConfigMap>(cluster, "kubectl", """{"data":{"k":"2"}}""");
        Assert.Equal("2", applied.Data["k"]);
        Assert.Equal("""{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}""" + "\n", applied.Metadata.Annotations[LastApplied.Annotation]);
        await cluster.Client.UpdateAsync(applied with { Data = ValueMap.Of(("k", "3")) }, Token);
        await Cluster.RefusedAsync(() => ApplyAsync<ConfigMap>(cluster, "kubectl", """{"data":{"k":"4"}}"""));
    }

    [Theory]
    [InlineData("""{"spec":{"replica":1}}""", ".spec.replica: field not declared in schema")]
    [InlineData("""{"spec":{"replicas":"two"}}""", ": .spec.replicas: expected numeric (int or float), got string")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":3}]}}}}""", ": .spec.template.spec.containers[name=\"c\"].image: expected string, got &value.valueUnstructured{Value:3}")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":"c","hostNetwork":"yes"}}}}""", ": errors:\n  .spec.template.spec.containers: expected list, got &{c}\n  .spec.template.spec.hostNetwork: expected boolean, got &{yes}")]
    [InlineData("""{"spec":{"selector":3}}""", ": .spec.selector: expected map, got &{3}")]
    [InlineData("""{"metadata":{"managedFields":[{}]}}""", "metadata.managedFields must be nil")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"name":"c"},{"name":"c"}]}}}}""", "duplicate entries for key [name=\"c\"]")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"image":"x"},{"image":"y"}]}}}}""", "duplicate entries for key [name=\"\"]")]
    [InlineData("""{"apiVersion":"v1"}""", "Incorrect version specified in apply patch")]
    public async Task A_configuration_that_does_not_fit_is_refused(string configuration, string problem)
    {
        await using var cluster = await Cluster.StartAsync();
        var refused = await Cluster.RefusedAsync(() => ApplyAsync<StatefulSet>(cluster, "one", configuration));
        Assert.Equal((400, "BadRequest"), (refused.Status.Code, refused.Status.Reason));
        Assert.Contains(problem, refused.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Yaml_is_applied_and_the_scale_too()
    {
        await using var server = await RunningServer.StartAsync(Token);
        const string Set = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: a}
            spec:
              replicas: 2
              selector: {matchLabels: {app: a}}
              template:
                metadata: {labels: {app: a}}
                spec:
                  containers: [{name: c, image: "x:1"}]
            """;
        Assert.Equal(HttpStatusCode.Created, await SendAsync(server, "a?fieldManager=one", Set));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(server, "a?fieldManager=one", Set));
        const string Scale = "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: a}, spec: {replicas: 3}}";
        Assert.Equal(HttpStatusCode.Conflict, await SendAsync(server, "a/scale?fieldManager=two", Scale));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(server, "a/scale?fieldManager=two&force=true", Scale));
        var scaled = await server.Client.GetAsync<StatefulSet>("default", "a", Token);
        Assert.Equal(3, scaled.Spec.Replicas);
        Assert.Contains("two: .spec.replicas", Owners(scaled));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SendAsync(server, "a", Set));
    }

    [Fact]
    public async Task A_configuration_without_a_name_is_applied_to_what_is_there_and_makes_nothing()
    {
        await using var server = await RunningServer.StartAsync(Token);
        const string Path = "/api/v1/namespaces/default/configmaps/";
        const string Form = "application/apply-patch+yaml";
        await server.Client.CreateAsync(Objects.ConfigMap("a", ("k", "1")), Token);
        var (code, body) = await server.SendAsync("PATCH", Path + "a?fieldManager=one", """{"apiVersion":"v1","kind":"ConfigMap","data":{"l":"2"}}""", Form);
        Assert.Equal((200, "a", "2"), (code, (string?)body["metadata"]!["name"], (string?)body["data"]!["l"]));
        Assert.Equal(409, (await server.SendAsync("PATCH", Path + "a?fieldManager=two", """{"apiVersion":"v1","kind":"ConfigMap","data":{"l":"3"}}""", Form)).Code);
        (code, body) = await server.SendAsync("PATCH", Path + "b?fieldManager=one", """{"apiVersion":"v1","kind":"ConfigMap","data":{"l":"2"}}""", Form);
        Assert.Equal((400, "the name of the object (b based on URL) was undeterminable: name must be provided"), (code, (string?)body["message"]));
    }

    private static async Task<HttpStatusCode> SendAsync(RunningServer server, string path, string yaml)
    {
        using var content = new StringContent(yaml, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml");
        using var response = await server.Http.PatchAsync(new Uri("/apis/apps/v1/namespaces/default/statefulsets/" + path, UriKind.Relative), content, Token);
        return response.StatusCode;
    }

    private static async Task<T> ApplyAsync<T>(Cluster cluster, string manager, string configuration, bool force = false, bool isDryRun = false)
        where T : class, IResource<T>
    {
        var sent = System.Text.Json.Nodes.JsonNode.Parse(configuration)!.AsObject();
        sent.TryAdd("apiVersion", T.ResourceType.ApiVersion);
        sent.TryAdd("kind", T.ResourceType.Kind);
        sent.TryAdd("metadata", new System.Text.Json.Nodes.JsonObject());
        sent["metadata"]!.AsObject().TryAdd("name", "a");
        var transport = cluster.Core.InProcess(Security.UserInfo.Administrator);
        var answer = await transport.CallAsync(new ApiCall(ApiVerb.Patch, T.ResourceType, "default", "a")
        {
            PatchForm = PatchForm.Apply,
            Patch = Encoding.UTF8.GetBytes(sent.ToJsonString()),
            FieldManager = manager,
            Force = force,
            IsDryRun = isDryRun,
        }, Token);
        return (T)answer.Object!;
    }

    // By their names: entries stand in the order of their times, which are whole seconds.
    private static string[] Owners(IResource resource) =>
        [.. resource.Metadata.ManagedFields.OrderBy(entry => entry.Manager, StringComparer.Ordinal).Select(entry => $"{entry.Manager}: {string.Join(' ', FieldsV1.Read(entry.FieldsV1).Paths())}")];
}
