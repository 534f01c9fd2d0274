using System.Text.Json.Nodes;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Holds the rules of kinds against what a real Kubernetes server answered to the same writes.</summary>
public sealed class RecordedRulesTests
{
    // What admission or the server itself adds after the defaults, or keeps beside the object.
    private static readonly string[] ServersOwn = ["metadata", "managedFields"];

    [Fact]
    public void The_problems_found_are_those_that_a_real_server_found()
    {
        var (compared, refused) = (0, 0);
        foreach (var write in RecordedCases.Writes())
        {
            Assert.True(
                write.RecordedProblems().SequenceEqual(write.Problems()),
                $"{write.Name}: expected [{string.Join("; ", write.RecordedProblems())}] but found [{string.Join("; ", write.Problems())}]");
            compared++;
            refused += write.Code == 422 ? 1 : 0;
        }
        Assert.True(compared == 0 || (compared >= 100 && refused >= 30), $"only {compared} writes were compared, {refused} of them refused");
    }

    [Fact]
    public void What_is_stored_holds_what_a_real_server_stored()
    {
        foreach (var write in RecordedCases.Writes().Where(write => write.Code != 422))
        {
            var stored = JsonNode.Parse(ModelJson.ToBytes(write.Prepared().Write))!.AsObject();
            if (write.Old is not null)
            {
                stored.Remove("status"); // controllers had written it since it was last recorded
            }
            Assert.True(Missing(stored, write.Answer, "") is null, $"{write.Name}: the server did not store {Missing(stored, write.Answer, "")}");
        }
    }

    [Fact]
    public void Nothing_is_missing_that_a_real_server_filled_in_for_a_set_a_claim_a_class_or_a_budget()
    {
        foreach (var write in RecordedCases.Writes().Where(write => write.Code != 422 && write.Sent.GetResourceType().Kind is
            "StatefulSet" or "PersistentVolumeClaim" or "StorageClass" or "PodDisruptionBudget" or "ConfigMap" or "Secret"))
        {
            var stored = JsonNode.Parse(ModelJson.ToBytes(write.Prepared().Write))!.AsObject();
            Assert.True(
                write.Code != 201 || Missing(write.Answer, stored, "") is null,
                $"{write.Name}: the server filled in {Missing(write.Answer, stored, "")}");
        }
    }

    [Fact]
    public void Generations_rise_as_on_a_real_server()
    {
        foreach (var write in RecordedCases.Writes().Where(write => write is { Code: 200, Old: not null, IsStatus: false } && write.Rules.HasGeneration))
        {
            var hasRisen = (long)write.Answer["metadata"]!["generation"]! > write.Old!.Metadata.Generation;
            Assert.True(hasRisen == write.Rules.RaisesGenerationAny(write.Prepared(), write.Old), write.Name);
        }
    }

    [Fact]
    public void Warnings_are_those_of_a_real_server()
    {
        foreach (var write in RecordedCases.Writes().Where(write => write.Code != 422))
        {
            var recorded = write.Warnings.Where(warning => !warning.StartsWith("unknown field", StringComparison.Ordinal));
            Assert.Equal(recorded, write.Rules.WarningsAny(write.Prepared(), write.Old));
        }
    }

    /// <summary>The first thing of one value that another has not, or null: members by name, elements by position.</summary>
    private static string? Missing(JsonNode? part, JsonNode? whole, string path)
    {
        switch (part)
        {
            case JsonObject members:
                return members.Where(member => !(path.Length == 0 && ServersOwn.Contains(member.Key)))
                    .Select(member => whole is JsonObject other && other.ContainsKey(member.Key)
                        ? Missing(member.Value, other[member.Key], $"{path}.{member.Key}")
                        : $"{path}.{member.Key} = {member.Value?.ToJsonString()}")
                    .FirstOrDefault(missing => missing is not null);
            case JsonArray items:
                return items.Select((item, i) => whole is JsonArray other && other.Count > i
                        ? Missing(item, other[i], $"{path}[{i}]")
                        : $"{path}[{i}] = {item?.ToJsonString()}")
                    .FirstOrDefault(missing => missing is not null);
            default:
                return JsonNode.DeepEquals(part, whole) ? null : $"{path} = {part?.ToJsonString()}";
        }
    }
}
