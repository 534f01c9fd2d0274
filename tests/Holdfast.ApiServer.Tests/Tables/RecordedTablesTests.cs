using System.Text.Json.Nodes;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Apps;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Tests.References;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tests.Tables;

/// <summary>Compares with tables that a Kubernetes 1.36 server answered. Descriptions are our own and not compared.</summary>
public sealed class RecordedTablesTests
{
    [Fact]
    public void The_columns_are_those_of_kubernetes()
    {
        var served = ServedResources.OfModel();
        foreach (var (path, table) in Tables())
        {
            var parts = path.Split('/');
            var (group, version, plural) = parts[1] == "api" ? ("", parts[2], parts[5]) : (parts[2], parts[3], parts[6]);
            if (served.Find(group, version, plural) is { } resource)
                Assert.Equal(Columns(table), Columns(PrintedTable.Of(resource.Type, [])));
        }
    }

    [Fact]
    public void A_new_pod_prints_as_it_did_there()
    {
        foreach (var step in Steps("table-pods.json").Take(1))
        {
            var pod = PrintedTable.Read(Text(step["expect"]!["body"]!));
            var expected = Steps("table-pods.json").Select(Table).First(table => table is not null)!["rows"]![0]!;
            var row = PrintedTable.Of(pod.GetResourceType(), [pod])["rows"]![0]!;
            Assert.Equal(Cells(expected), Cells(row));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Text(expected["object"]!)), row["object"]), row["object"]!.ToJsonString());
        }
    }

    [Fact]
    public void A_running_set_and_what_belongs_to_it_print_as_they_did_there()
    {
        var steps = Steps("tables-of-a-set.json");
        if (steps.Count == 0)
            return;
        var bodies = steps.Where(step => step["body"] is not null).Select(step => PrintedTable.Read(Text(step["expect"]!["body"]!))).ToList();
        var set = bodies.OfType<StatefulSet>().Single();
        var budget = bodies.OfType<PodDisruptionBudget>().Single();
        var revision = ControllerRevision.Empty with
        {
            Revision = 1,
            Metadata = ObjectMeta.Empty with
            {
                Name = "<rev1>",
                CreationTimestamp = PrintedTable.Now,
                OwnerReferences = ValueList.Create([OwnerReference.Empty with { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "web", Controller = true }]),
            },
        };
        IResource[] now =
        [
            set with { Status = set.Status with { ReadyReplicas = 2 } },
            budget with { Status = budget.Status with { DisruptionsAllowed = 1 } },
            revision,
        ];
        foreach (var resource in now)
        {
            var type = resource.GetResourceType();
            var recorded = steps.First(step => Table(step) is not null && ((string)step["call"]!).EndsWith("/" + type.Plural, StringComparison.Ordinal));
            Assert.Equal(Cells(Table(recorded)!["rows"]![0]!), Cells(PrintedTable.Of(type, [resource])["rows"]![0]!));
        }
    }

    private static List<JsonNode> Steps(string file) => SharedFolder.Files("conform", "cases", "api")
        .Where(path => Path.GetFileName(path) == file)
        .SelectMany(path => JsonNode.Parse(File.ReadAllText(path))!["steps"]!.AsArray().Select(step => step!)).ToList();

    private static IEnumerable<(string Path, JsonNode Table)> Tables() => SharedFolder.Files("conform", "cases", "api")
        .SelectMany(path => JsonNode.Parse(File.ReadAllText(path))!["steps"]!.AsArray())
        .Where(step => Table(step!) is not null).Select(step => (((string)step!["call"]!).Split(' ')[1], Table(step!)!));

    private static JsonNode? Table(JsonNode step) =>
        step["expect"] is JsonObject expect && expect["body"] is JsonObject body && (string?)body["kind"] == "Table" ? body : null;

    private static string Columns(JsonNode table) => string.Join('\n', table["columnDefinitions"]!.AsArray()
        .Select(column => $"{column!["name"]} {column["type"]} {column["format"]} {column["priority"]}"));

    private static string Cells(JsonNode row) => string.Join('\n', row["cells"]!.AsArray().Select(cell => cell!.ToJsonString()))
        .Replace("\"\\u003Cage\\u003E\"", "\"24h\"", StringComparison.Ordinal).Replace("\"0s\"", "\"24h\"", StringComparison.Ordinal);

    private static string Text(JsonNode recorded) => recorded.ToJsonString()
        .Replace("\\u003Ctime\\u003E", "2026-01-01T12:00:00Z", StringComparison.Ordinal)
        .Replace("\\u003Crv\\u003E", "1", StringComparison.Ordinal);
}
