using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Json;

/// <summary>Reads what a real server answered and writes it again: nothing may be lost, added or left out that it writes.</summary>
public sealed class RecordedObjectTests
{
    [Theory]
    [InlineData("api")]
    [InlineData("statefulset")]
    [InlineData("disruption")]
    public void What_a_real_server_wrote_is_written_the_same(string folder)
    {
        var differences = new List<string>();
        foreach (var file in SharedFolder.Files("conform", "cases", folder))
        {
            var text = File.ReadAllText(file).Replace("\"<time>\"", "\"2026-01-01T00:00:00Z\"", StringComparison.Ordinal);
            foreach (var step in JsonNode.Parse(text)!["steps"]!.AsArray())
            {
                foreach (var answer in Objects(step!["expect"]))
                {
                    Compare(Path.GetFileName(file), answer, differences);
                }
            }
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences.Distinct()));
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject members when members["apiVersion"] is not null && members["kind"] is not null => [members],
        JsonObject members => members.SelectMany(member => Objects(member.Value)),
        JsonArray items => items.SelectMany(Objects),
        _ => [],
    };

    private static void Compare(string file, JsonObject answer, List<string> differences)
    {
        if (answer["kind"]?.GetValueKind() != System.Text.Json.JsonValueKind.String
            || ResourceCatalog.Find((string)answer["apiVersion"]!, (string)answer["kind"]!) is not { } codec)
        {
            return;
        }
        var issues = new DecodeIssues();
        var text = answer.ToJsonString();
        try
        {
            var written = JsonNode.Parse(ModelJson.ToBytes(codec.Read(Encoding.UTF8.GetBytes(text), issues).Write))!;
            Differ($"{file}: {codec.Type.Kind}", answer, written, differences);
        }
        catch (ModelDecodeException error)
        {
            differences.Add($"{file}: {error.Message}\n{text}");
        }
        differences.AddRange(issues.UnknownFields.Select(field => $"{file}: unknown {field}"));
    }

    private static void Differ(string path, JsonNode? expected, JsonNode? found, List<string> differences)
    {
        if (expected is JsonObject theirs && found is JsonObject ours)
        {
            foreach (var name in theirs.Select(member => member.Key).Union(ours.Select(member => member.Key)))
            {
                if (theirs.ContainsKey(name) != ours.ContainsKey(name))
                {
                    differences.Add($"{path}.{name}: {(ours.ContainsKey(name) ? "is written" : "is left out")}");
                }
                else
                {
                    Differ($"{path}.{name}", theirs[name], ours[name], differences);
                }
            }
        }
        else if (expected is JsonArray { Count: var count } list && found is JsonArray mine && mine.Count == count)
        {
            for (var i = 0; i < count; i++)
            {
                Differ($"{path}[{i}]", list[i], mine[i], differences);
            }
        }
        else if (!JsonNode.DeepEquals(expected, found))
        {
            differences.Add($"{path}: {found?.ToJsonString()} instead of {expected?.ToJsonString()}");
        }
    }
}
