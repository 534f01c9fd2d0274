using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Core;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Testing;
using static Holdfast.Host.Tests.Clusters;

namespace Holdfast.Host.Tests;

/// <summary>What the controllers do for kinds that they get to know only while they run.</summary>
public sealed class CustomResourceTests : IDisposable
{
    private static readonly ResourceType Widgets = new("example.com", "v1", "Widget", "widgets", true);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_deleted_namespace_with_custom_resources_finishes()
    {
        await using var cluster = await DefinedAsync();
        await cluster.Client.CreateAsync(Namespace.Empty with { Metadata = ObjectMeta.Empty with { Name = "short" } }, Stop);
        await MakeAsync(cluster, "short", "w", default);
        await cluster.Client.DeleteAsync<Namespace>("", "short", null, Stop);
        await UntilGoneAsync(() => cluster.Client.FindAsync<Namespace>("", "short", Stop));
    }

    [Fact]
    public async Task What_a_custom_object_owns_goes_with_it_and_what_owns_a_custom_object_takes_it_along()
    {
        await using var cluster = await DefinedAsync();
        var widgets = cluster.Client.Of(Widgets);
        var owner = await MakeAsync(cluster, "default", "owner", default);
        await cluster.Client.CreateAsync(ConfigMap("owned", "x") with { Metadata = Owned("owned", owner.Metadata, "example.com/v1", "Widget") }, Stop);
        var map = await cluster.Client.CreateAsync(ConfigMap("owning", "x"), Stop);
        await MakeAsync(cluster, "default", "dependent", [Reference(map.Metadata, "v1", "ConfigMap")]);
        await widgets.DeleteAsync<CustomObject>("default", "owner", null, Stop);
        await cluster.Client.DeleteAsync<ConfigMap>("default", "owning", null, Stop);
        await UntilGoneAsync(() => cluster.Client.FindAsync<ConfigMap>("default", "owned", Stop));
        await UntilGoneAsync(() => widgets.FindAsync<CustomObject>("default", "dependent", Stop));
    }

    [Fact]
    public async Task Definitions_come_and_go_without_a_warning_in_the_log()
    {
        await using (var cluster = await DefinedAsync())
        {
            for (var round = 0; round < 3; round++)
            {
                if (round > 0)
                    await DefineAsync(cluster);
                var owner = await cluster.Client.CreateAsync(ConfigMap($"owner{round}", "x"), Stop);
                await MakeAsync(cluster, "default", "owned", [Reference(owner.Metadata, "v1", "ConfigMap")]);
                await MakeAsync(cluster, "default", "free", default);
                await cluster.Client.DeleteAsync<ConfigMap>("default", owner.Metadata.Name, null, Stop);
                await cluster.Client.DeleteAsync<CustomResourceDefinition>("", "widgets.example.com", null, Stop);
                await UntilGoneAsync(() => cluster.Client.FindAsync<CustomResourceDefinition>("", "widgets.example.com", Stop));
            }
        }
        var log = await File.ReadAllTextAsync(_folder["holdfast.log"], Stop);
        Assert.DoesNotContain(log.Split('\n'), line => line.Contains("widgets", StringComparison.Ordinal) && !line.Contains(" debug ", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_data_folder_with_a_definition_and_its_objects_is_started_again()
    {
        await using (var cluster = await DefinedAsync())
            await MakeAsync(cluster, "default", "kept", default);
        await using var again = await StartAsync(On(_folder.Path));
        Assert.NotNull(await again.Client.Of(Widgets).FindAsync<CustomObject>("default", "kept", Stop));
        await again.Client.DeleteAsync<CustomResourceDefinition>("", "widgets.example.com", null, Stop);
        await UntilGoneAsync(() => again.Client.FindAsync<CustomResourceDefinition>("", "widgets.example.com", Stop));
    }

    private async Task<EmbeddedCluster> DefinedAsync()
    {
        var cluster = await StartAsync(On(_folder.Path));
        await DefineAsync(cluster);
        return cluster;
    }

    private static Task<CustomResourceDefinition> DefineAsync(EmbeddedCluster cluster) => cluster.Client.CreateAsync(ModelJson.Read<CustomResourceDefinition>("""
            {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """), Stop);

    private static Task<CustomObject> MakeAsync(EmbeddedCluster cluster, string space, string name, ValueList<OwnerReference> owners) =>
        cluster.Client.Of(Widgets).CreateAsync(
            new CustomObject(Widgets, ObjectMeta.Empty with { Name = name, Namespace = space, OwnerReferences = owners }, JsonValue.Parse("{}")), Stop);

    private static ObjectMeta Owned(string name, ObjectMeta owner, string apiVersion, string kind) =>
        ObjectMeta.Empty with { Name = name, Namespace = "default", OwnerReferences = [Reference(owner, apiVersion, kind)] };

    private static OwnerReference Reference(ObjectMeta owner, string apiVersion, string kind) =>
        OwnerReference.Empty with { ApiVersion = apiVersion, Kind = kind, Name = owner.Name, Uid = owner.Uid };

    private static Task UntilGoneAsync<T>(Func<Task<T?>> find) where T : class =>
        Eventually.HoldsAsync($"the {typeof(T).Name} is gone", async () => await find() is null, TimeSpan.FromSeconds(60), Stop);
}
