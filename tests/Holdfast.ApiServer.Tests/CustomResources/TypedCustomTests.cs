using System.Text;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using static Holdfast.ApiServer.Tests.CustomResources.Widgets;

namespace Holdfast.ApiServer.Tests.CustomResources;

/// <summary>A client with a record for a kind that the server knows by its definition alone.</summary>
public sealed class TypedCustomTests
{
    private static CancellationToken Token => Cluster.Token;

    private static WidgetRecord Record(string name, long size) =>
        new() { Metadata = ObjectMeta.Empty with { Name = name, Namespace = "default" }, Size = size };

    [Fact]
    public async Task In_process_it_is_made_read_listed_watched_changed_and_deleted_typed()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(ModelJson.Read<CustomResourceDefinition>(Definition()));
        await UseAsync(cluster.Client);
    }

    [Fact]
    public async Task Over_HTTP_it_is_the_same()
    {
        await using var server = await ServeAsync();
        using var http = RunningServer.ClientOf(server.Host);
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Host.AdminCredentials().Token);
        http.Timeout = Timeout.InfiniteTimeSpan;
        using var transport = new HttpTransport(http, TimeProvider.System, new HttpTransportOptions());
        await UseAsync(new KubernetesClient(transport, "tests"));
    }

    [Fact]
    public async Task Any_kind_can_be_asked_for_by_its_name_alone()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(ModelJson.Read<CustomResourceDefinition>(Definition()));
        await cluster.CreateAsync(Record("w", 2));
        var client = cluster.Client.Of(WidgetRecord.ResourceType);
        var found = Assert.Single((await client.ListAsync<CustomObject>(new ListQuery { Namespace = "default" }, Token)).Items);
        Assert.Equal("""{"spec":{"size":2}}""", found.Body.ToString());
        var relabelled = await client.UpdateAsync(found.WithMetadata(found.Metadata with { Labels = Model.Values.ValueMap.Of(("a", "b")) }), Token);
        Assert.Equal("b", relabelled.Metadata.Labels["a"]);
        await client.DeleteAsync<CustomObject>("default", "w", null, Token);
        Assert.Null(await client.FindAsync<CustomObject>("default", "w", Token));
    }

    private static async Task UseAsync(KubernetesClient client)
    {
        var created = await client.CreateAsync(Record("w", 2), Token);
        Assert.Equal(2, created.Size);
        var updated = await client.UpdateAsync(created with { Size = 3 }, Token);
        Assert.Equal(3, (await client.GetAsync<WidgetRecord>("default", "w", Token)).Size);
        await client.UpdateStatusAsync(updated with { Replicas = 1 }, Token);
        Assert.Equal((3, 1), Pair(Assert.Single((await client.ListAsync<WidgetRecord>(new ListQuery(), Token)).Items)));
        await foreach (var told in client.WatchAsync<WidgetRecord>(new ListQuery(), Token))
        {
            Assert.Equal((3, 1), Pair(told.Object!));
            break;
        }
        var refusal = await Cluster.RefusedAsync(() => client.CreateAsync(Record("x", 30), Token));
        Assert.Equal("Widget.example.com \"x\" is invalid: spec.size: Invalid value: 30: spec.size in body should be less than or equal to 9", refusal.Message);
        var applied = new ApiCall(ApiVerb.Patch, WidgetRecord.ResourceType, "default", "w")
        {
            PatchForm = PatchForm.Apply,
            Patch = Encoding.UTF8.GetBytes(Widget("w", """{"colour":"red"}""")),
            FieldManager = "steward",
        };
        Assert.Equal((3, 1), Pair(ResourceForm.As<WidgetRecord>((await client.Transport.CallAsync(applied, Token)).Object)!));
        await client.DeleteAsync<WidgetRecord>("default", "w", null, Token);
        Assert.Null(await client.FindAsync<WidgetRecord>("default", "w", Token));
    }

    private static (long, long) Pair(WidgetRecord widget) => (widget.Size, widget.Replicas);
}

/// <summary>What a client knows of widgets.</summary>
internal sealed record WidgetRecord : IResource<WidgetRecord>
{
    public static ResourceType ResourceType { get; } = new("example.com", "v1", "Widget", "widgets", true);

    public static TypeSchema ModelSchema { get; } = new("com.example.v1.Widget", "", []);

    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    public long Size { get; init; }

    public long Replicas { get; init; }

    public ResourceType GetResourceType() => ResourceType;

    public WidgetRecord WithMetadata(ObjectMeta metadata) => this with { Metadata = metadata };

    IResource IResource.WithMetadata(ObjectMeta metadata) => WithMetadata(metadata);

    public static WidgetRecord Read(ref JsonInput input)
    {
        var read = CustomObject.Read(ref input);
        using var body = read.Body.ToDocument();
        return new() { Metadata = read.Metadata, Size = Number(body.RootElement, "spec", "size"), Replicas = Number(body.RootElement, "status", "replicas") };
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("apiVersion", ResourceType.ApiVersion);
        writer.WriteString("kind", ResourceType.Kind);
        writer.WritePropertyName("metadata");
        Metadata.Write(writer);
        writer.WriteStartObject("spec");
        writer.WriteNumber("size", Size);
        writer.WriteEndObject();
        writer.WriteStartObject("status");
        writer.WriteNumber("replicas", Replicas);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static long Number(JsonElement root, string part, string name) =>
        root.TryGetProperty(part, out var found) && found.TryGetProperty(name, out var number) ? number.GetInt64() : 0;
}
