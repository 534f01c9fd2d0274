using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using static Holdfast.ApiServer.Tests.Cluster;
using static Holdfast.ApiServer.Tests.Objects;

namespace Holdfast.ApiServer.Tests;

public sealed class WritingTests
{
    [Fact]
    public async Task A_created_object_has_what_the_server_gives_it_and_the_revision_of_its_commit()
    {
        await using var cluster = await StartAsync();
        var created = await cluster.CreateAsync(ConfigMap("a", ("k", "v")));
        Assert.NotEmpty(created.Metadata.Uid);
        Assert.NotNull(created.Metadata.CreationTimestamp);
        Assert.Equal(cluster.Store.CurrentRevision.ToString(System.Globalization.CultureInfo.InvariantCulture), created.Metadata.ResourceVersion);
        Assert.Same(created, await cluster.GetAsync<ConfigMap>("a"));
    }

    [Fact]
    public async Task The_stored_bytes_are_those_of_the_typed_object()
    {
        await using var cluster = await StartAsync();
        // A revision in an odd place must not be taken for the object's own.
        var created = await cluster.CreateAsync(ConfigMap("a", ("resourceVersion", "0"), ("k", "\"resourceVersion\":\"0\"")));
        var entry = cluster.Store.Find(new("configmaps", "default", "a"))!;
        Assert.Equal(Model.Json.ModelJson.ToText(created), Encoding.UTF8.GetString(entry.Json.Span));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ConfigMap("a"));
        var refusal = await RefusedAsync(() => cluster.CreateAsync(ConfigMap("a")));
        Assert.True(refusal.IsAlreadyExists);
        Assert.Equal("configmaps \"a\" already exists", refusal.Message);
    }

    [Fact]
    public async Task What_the_store_takes_no_more_is_refused_as_over_HTTP()
    {
        await using var cluster = await StartAsync();
        cluster.Disk.IsFull = true;
        var full = await RefusedAsync(() => cluster.CreateAsync(ConfigMap("a")));
        Assert.Equal((503, "ServiceUnavailable"), (full.Code, full.Status.Reason));
        Assert.Contains("free space and start again", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_and_none_replaces_whatever_is_there()
    {
        await using var cluster = await StartAsync();
        var first = await cluster.CreateAsync(ConfigMap("a"));
        await cluster.Client.UpdateAsync(first with { Data = ValueMap.Of(("k", "1")) }, Token);
        var refusal = await RefusedAsync(() => cluster.Client.UpdateAsync(first with { Data = ValueMap.Of(("k", "2")) }, Token));
        Assert.True(refusal.IsConflict);
        var updated = await cluster.Client.UpdateAsync(ConfigMap("a", ("k", "3")), Token);
        Assert.Equal("3", updated.Data["k"]);
        Assert.Equal(first.Metadata.Uid, updated.Metadata.Uid);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_version()
    {
        await using var cluster = await StartAsync();
        var created = await cluster.CreateAsync(ConfigMap("a", ("k", "v")));
        var updated = await cluster.Client.UpdateAsync(created, Token);
        Assert.Equal(created.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Patches_without_a_version_are_made_again_until_all_have_taken_place()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ConfigMap("a"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => cluster.Client.PatchAsync<ConfigMap>(
            "default", "a", PatchForm.Merge, Encoding.UTF8.GetBytes($"{{\"data\":{{\"k{i}\":\"v\"}}}}"), Token)));
        Assert.Equal(10, (await cluster.GetAsync<ConfigMap>("a")).Data.Count);
    }

    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_is_missing_or_ending()
    {
        await using var cluster = await StartAsync();
        var missing = await RefusedAsync(() => cluster.CreateAsync(ConfigMap("a") with { Metadata = Meta("a", "none") }));
        Assert.Equal("namespaces \"none\" not found", missing.Message);
        await cluster.CreateAsync(Namespace.Empty with { Metadata = Meta("x", "") });
        await cluster.Client.DeleteAsync<Namespace>("", "x", null, Token);
        var ending = await RefusedAsync(() => cluster.CreateAsync(ConfigMap("a") with { Metadata = Meta("a", "x") }));
        Assert.Equal("configmaps \"a\" is forbidden: unable to create new content in namespace x because it is being terminated", ending.Message);
    }

    [Fact]
    public async Task A_namespace_goes_when_its_finalizer_is_taken_away()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Namespace.Empty with { Metadata = Meta("x", "") });
        await cluster.Client.DeleteAsync<Namespace>("", "x", null, Token);
        var ending = await cluster.Client.GetAsync<Namespace>("", "x", Token);
        Assert.Equal("Terminating", ending.Status.Phase);
        await cluster.Client.Transport.CallAsync(new ApiCall(ApiVerb.Update, Namespace.ResourceType, "", "x")
        {
            Subresource = "finalize",
            Body = ending with { Spec = NamespaceSpec.Empty },
        }, Token);
        Assert.Null(await cluster.Client.FindAsync<Namespace>("", "x", Token));
    }

    [Fact]
    public async Task Services_get_addresses_of_their_own_and_headless_ones_none()
    {
        await using var cluster = await StartAsync();
        Service Of(string name, string address) => Service.Empty with
        {
            Metadata = Meta(name),
            Spec = ServiceSpec.Empty with { ClusterIP = address, Ports = [ServicePort.Empty with { Port = 80 }] },
        };
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => cluster.CreateAsync(Of($"s{i}", ""))));
        Assert.Equal(8, made.Select(service => service.Spec.ClusterIP).Distinct().Count());
        Assert.All(made, service => Assert.StartsWith("127.96.1.", service.Spec.ClusterIP, StringComparison.Ordinal));
        Assert.Equal("None", (await cluster.CreateAsync(Of("headless", "None"))).Spec.ClusterIP);
        var taken = await RefusedAsync(() => cluster.CreateAsync(Of("again", made[0].Spec.ClusterIP)));
        Assert.Contains("provided IP is already allocated", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_keeps_nothing()
    {
        await using var cluster = await StartAsync();
        var answer = await cluster.Client.Transport.CallAsync(
            new ApiCall(ApiVerb.Create, ConfigMapType, "default", "") { Body = ConfigMap("a"), IsDryRun = true }, Token);
        Assert.NotEmpty(answer.Object!.Metadata.Uid);
        Assert.Null(await cluster.Client.FindAsync<ConfigMap>("default", "a", Token));
    }

    [Fact]
    public async Task Somebody_without_rights_is_refused_in_process_too()
    {
        await using var cluster = await StartAsync();
        var bob = new KubernetesClient(cluster.Core.InProcess(new Security.UserInfo("bob", ["system:authenticated"])), "bob");
        var refusal = await RefusedAsync(() => bob.ListAsync<Pod>(new ListQuery { Namespace = "default" }, Token));
        Assert.Equal("pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", refusal.Message);
    }

    private static Model.Resources.ResourceType ConfigMapType => Model.Core.ConfigMap.ResourceType;
}
