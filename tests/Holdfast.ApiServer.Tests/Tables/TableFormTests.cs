using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Tables;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tests.Tables;

public sealed class TableFormTests
{
    private const string Done = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"nodeName":"n"},"status":{"phase":"Succeeded"}}""";

    [Fact]
    public void Every_kind_has_a_cell_for_each_of_its_columns()
    {
        foreach (var codec in ResourceCatalog.Codecs)
        {
            var table = PrintedTable.Of(codec.Type, [codec.Read("{}"u8, new DecodeIssues())]);
            Assert.True(table["columnDefinitions"]!.AsArray().Count == table["rows"]![0]!["cells"]!.AsArray().Count, codec.Type.ToString());
            Assert.All(table["columnDefinitions"]!.AsArray(), column => Assert.NotEqual("", (string)column!["description"]!));
        }
    }

    [Fact]
    public void A_row_carries_what_was_asked_for_of_its_object()
    {
        var pod = PrintedTable.Read(Done);
        var metadata = PrintedTable.Of(Pod.ResourceType, [pod])["rows"]![0]!["object"]!;
        Assert.Equal(("PartialObjectMetadata", "meta.k8s.io/v1"), ((string)metadata["kind"]!, (string)metadata["apiVersion"]!));
        Assert.Equal(("p", "b"), ((string)metadata["metadata"]!["name"]!, (string)metadata["metadata"]!["labels"]!["a"]!));
        Assert.Null(metadata["spec"]);
        var row = PrintedTable.Of(Pod.ResourceType, [pod], TableInclude.None)["rows"]![0]!.AsObject();
        Assert.True(row.ContainsKey("object"));
        Assert.Null(row["object"]);
        Assert.Equal("n", (string)PrintedTable.Of(Pod.ResourceType, [pod], TableInclude.Object)["rows"]![0]!["object"]!["spec"]!["nodeName"]!);
    }

    [Fact]
    public void A_row_says_when_its_pod_has_ended() => Assert.Equal(
        """[{"type":"Completed","status":"True","reason":"Succeeded","message":"The pod has completed successfully."}]""",
        PrintedTable.Of(Pod.ResourceType, [PrintedTable.Read(Done)])["rows"]![0]!["conditions"]!.ToJsonString());

    [Fact]
    public void A_table_of_thousands_of_pods_leaves_little_behind()
    {
        const int Count = 5000;
        var pods = Enumerable.Repeat(PrintedTable.Read(Done), Count).ToImmutableArray();
        var request = new TableRequest(Pod.ResourceType, ListMeta.Empty, pods, TableInclude.Metadata, HasColumns: true, PrintedTable.Now);
        var converter = new TableConverter();
        var buffer = new ArrayBufferWriter<byte>(8 << 20);
        using var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions);
        converter.Write(writer, request with { Objects = [pods[0]] });
        writer.Flush();
        writer.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        converter.Write(writer, request);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Count, 0, 1024);
    }

    [Fact]
    public void A_later_table_of_a_watch_goes_without_columns()
    {
        var table = PrintedTable.Of(Pod.ResourceType, [], hasColumns: false).AsObject();
        Assert.True(table.ContainsKey("columnDefinitions"));
        Assert.Null(table["columnDefinitions"]);
        Assert.Empty(table["rows"]!.AsArray());
        Assert.Equal("7", (string)table["metadata"]!["resourceVersion"]!);
    }
}
