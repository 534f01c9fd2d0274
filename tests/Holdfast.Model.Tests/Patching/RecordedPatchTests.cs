using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;
using Holdfast.Model.Patching;
using Holdfast.Model.Resources;
using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Patching;

/// <summary>Applies the patches of recorded conversations to what the server had answered before, and compares with what it answered next.</summary>
public sealed class RecordedPatchTests
{
    // Not the patch's work, but the server's own, as is the status.
    private static readonly string[] ServersOwn = ["managedFields", "generation", "resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    // What the server fills in for a container that a patch adds.
    private static readonly string[] ContainerDefaults = ["terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy", "resources"];

    [Fact]
    public void Patches_give_what_a_real_server_answered()
    {
        var compared = 0;
        foreach (var file in SharedFolder.Files("conform", "cases", "api"))
        {
            var known = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
            foreach (var step in JsonNode.Parse(File.ReadAllText(file).Replace("\"<time>\"", "\"2026-01-01T00:00:00Z\"", StringComparison.Ordinal))!["steps"]!.AsArray())
            {
                compared += Compare(file, step!.AsObject(), known) ? 1 : 0;
            }
        }
        Assert.True(compared == 0 || compared >= 15, $"only {compared} patches were compared");
    }

    private static bool Compare(string file, JsonObject step, Dictionary<string, JsonObject> known)
    {
        if (step["call"] is not { } call || step["expect"]?["code"] is not { } code || (int)code >= 300 || step["expect"]!["body"] is not JsonObject answer)
        {
            return false;
        }
        var (verb, path) = ((string)call!).Split(' ') switch { var words => (words[0], words[1].Split('?')[0].Replace("/status", "", StringComparison.Ordinal)) };
        var key = verb == "POST" ? $"{path}/{answer["metadata"]?["name"]}" : path;
        var isCompared = verb == "PATCH" && known.TryGetValue(key, out var before) && CompareAnswer(file, step, before, answer);
        known[key] = answer;
        return isCompared;
    }

    private static bool CompareAnswer(string file, JsonObject step, JsonObject before, JsonObject answer)
    {
        if (ResourceCatalog.Find((string)before["apiVersion"]!, (string)before["kind"]!) is not { } codec || step["ignore"]!.ToJsonString().Contains("\"spec", StringComparison.Ordinal))
        {
            return false;
        }
        var (current, patch) = (Encoding.UTF8.GetBytes(before.ToJsonString()), Encoding.UTF8.GetBytes(step["body"]!.ToJsonString()));
        byte[]? patched = (string?)step["type"] switch
        {
            "application/json-patch+json" => JsonPatch.Apply(current, patch),
            "application/merge-patch+json" => MergePatch.Apply(current, patch),
            "application/strategic-merge-patch+json" => StrategicMergePatch.Apply(current, patch, codec.Schema),
            _ => null,
        };
        if (patched is null || ((string)step["call"]!).Contains("/status", StringComparison.Ordinal))
        {
            return false;
        }
        var (ours, theirs) = (Comparable(codec, patched), Comparable(codec, Encoding.UTF8.GetBytes(answer.ToJsonString())));
        Assert.True(
            JsonNode.DeepEquals(ours, theirs),
            $"{Path.GetFileName(file)}: {step["call"]}\n{step["body"]!.ToJsonString()}\ngave\n{ours.ToJsonString()}\ninstead of\n{theirs.ToJsonString()}");
        return true;
    }

    private static JsonNode Comparable(ResourceCodec codec, byte[] utf8)
    {
        var node = JsonNode.Parse(ModelJson.ToBytes(codec.Read(utf8, new DecodeIssues()).Write))!;
        node.AsObject().Remove("status");
        RemoveDefaults(node);
        foreach (var name in ServersOwn)
        {
            node["metadata"]!.AsObject().Remove(name);
        }
        return node;
    }

    private static void RemoveDefaults(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var name in ContainerDefaults.Where(_ => members.ContainsKey("image")))
            {
                members.Remove(name);
            }
        }
        foreach (var part in (node as JsonObject)?.Select(member => member.Value) ?? node as JsonArray ?? [])
        {
            RemoveDefaults(part);
        }
    }
}
