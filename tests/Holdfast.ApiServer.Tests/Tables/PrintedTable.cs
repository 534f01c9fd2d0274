using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Tables;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tests.Tables;

/// <summary>Prints objects given as JSON.</summary>
internal static class PrintedTable
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static JsonNode Of(ResourceType type, ImmutableArray<IResource> objects, TableInclude include = TableInclude.Metadata, bool hasColumns = true)
    {
        var metadata = ListMeta.Empty with { ResourceVersion = "7" };
        return JsonNode.Parse(ModelJson.ToBytes(writer =>
            new TableConverter().Write(writer, new TableRequest(type, metadata, objects, include, hasColumns, Now))))!;
    }

    public static IResource Read(string json)
    {
        var node = JsonNode.Parse(json)!;
        var codec = ResourceCatalog.Find((string)node["apiVersion"]!, (string)node["kind"]!)!;
        return codec.Read(Encoding.UTF8.GetBytes(json), new DecodeIssues());
    }

    /// <summary>The cells of one object's row, as JSON between bars.</summary>
    public static string Cells(string json) => Cells(Read(json));

    /// <summary>The cells of one object's row, as JSON between bars.</summary>
    public static string Cells(IResource resource)
    {
        var row = Of(resource.GetResourceType(), [resource])["rows"]![0]!;
        return string.Join(" | ", row["cells"]!.AsArray().Select(cell => cell!.ToJsonString(Plain).Trim('"')));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
