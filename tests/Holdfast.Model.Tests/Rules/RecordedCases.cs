using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Json;
using Holdfast.Model.Patching;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Rules;

/// <summary>One write of a recorded conversation: what was sent, what was there before, and what a real server answered.</summary>
/// <param name="Name">The recording and the step.</param>
/// <param name="Rules">The rules of the kind.</param>
/// <param name="Sent">The object with its defaults, as the server would have it before it judges it.</param>
/// <param name="Old">The object that was there before, or null when it is made.</param>
/// <param name="IsStatus">Whether the write is to the status sub-resource.</param>
/// <param name="Code">The answer's code.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Warnings">The warnings that came with it.</param>
internal sealed record RecordedWrite(
    string Name, KindRules Rules, IResource Sent, IResource? Old, bool IsStatus, int Code, JsonObject Answer, IReadOnlyList<string> Warnings)
{
    /// <summary>The problems that the rules find, each as field, reason and message.</summary>
    public IEnumerable<string> Problems() =>
        (Old is null ? Rules.ValidateAny(Prepared()) : IsStatus ? Rules.ValidateStatusUpdateAny(Prepared(), Old) : Rules.ValidateUpdateAny(Prepared(), Old))
        .Select(error => $"{error.Field} {error.Type} {error.Detail}").Order(StringComparer.Ordinal);

    /// <summary>The problems that the server found.</summary>
    public IEnumerable<string> RecordedProblems() => Code != 422 ? [] : Answer["details"]!["causes"]!.AsArray()
        .Select(cause => $"{cause!["field"]} {cause["reason"]} {cause["message"]}").Order(StringComparer.Ordinal);

    /// <summary>The object as it would be stored.</summary>
    public IResource Prepared() =>
        Old is null ? Rules.PrepareForCreateAny(Sent) : IsStatus ? Rules.PrepareForStatusUpdateAny(Sent, Old) : Rules.PrepareForUpdateAny(Sent, Old);
}

/// <summary>Reads the writes out of conversations that were recorded from a real Kubernetes server.</summary>
internal static class RecordedCases
{
    /// <summary>All writes of kinds that have rules, that were answered with the object or with what is invalid about it.</summary>
    public static IEnumerable<RecordedWrite> Writes()
    {
        foreach (var file in SharedFolder.Files("conform", "cases", "api").Concat(SharedFolder.Files("conform", "cases", "statefulset")))
        {
            var text = File.ReadAllText(file)
                .Replace("<time>", "2026-01-01T00:00:00Z", StringComparison.Ordinal)
                .Replace("{ns}", "ns", StringComparison.Ordinal)
                .Replace("<x>", "x", StringComparison.Ordinal);
            var known = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
            var steps = JsonNode.Parse(text)!["steps"]!.AsArray();
            for (var i = 0; i < steps.Count; i++)
            {
                if (WriteOf($"{Path.GetFileName(file)} step {i}", steps[i]!.AsObject(), known) is { } write)
                {
                    yield return write;
                }
            }
        }
    }

    private static RecordedWrite? WriteOf(string name, JsonObject step, Dictionary<string, JsonObject> known)
    {
        if (step["call"] is not { } call || step["expect"] is not JsonObject expect || expect["body"] is not JsonObject answer)
        {
            return null;
        }
        var (verb, path) = ((string)call!).Split(' ') switch { var words => (words[0], words[1].Split('?')[0]) };
        var isStatus = path.EndsWith("/status", StringComparison.Ordinal);
        var target = isStatus ? path[..^"/status".Length] : path;
        var (code, before) = ((int)expect["code"]!, verb == "PATCH" ? known.GetValueOrDefault(target) : null);
        if (code is 200 or 201)
        {
            known[verb == "POST" ? $"{path}/{answer["metadata"]?["name"]}" : target] = answer;
        }
        var body = verb switch { "POST" => step["body"] as JsonObject, "PATCH" when before is not null => Patched(step, before), _ => null };
        var isStored = verb == "PATCH" || IsCollection(path, body);
        if (body is null || !isStored || code is not (200 or 201 or 422))
        {
            return null;
        }
        return Judge(name, body, before, isStatus, code, answer, expect);
    }

    private static RecordedWrite? Judge(string name, JsonObject body, JsonObject? before, bool isStatus, int code, JsonObject answer, JsonObject expect)
    {
        var codec = ResourceCatalog.Find((string?)body["apiVersion"] ?? "", (string?)body["kind"] ?? "");
        if (codec is null || KindRulesCatalog.Find(codec.Type) is not { } rules || !IsAboutTheObject(code, answer))
        {
            return null;
        }
        var sent = Read(codec, body);
        var named = sent.Metadata.Name.Length > 0 || sent.Metadata.GenerateName.Length == 0
            ? sent.Metadata
            : sent.Metadata with { Name = (string?)(answer["details"] ?? answer["metadata"])!["name"] ?? "" };
        var own = before is null ? named with { Namespace = codec.Type.IsNamespaced ? "ns" : "" } : named;
        var warnings = (expect["warnings"] as JsonArray)?.Select(warning => (string)warning!).ToList() ?? [];
        return new(name, rules, rules.DefaultAny(sent.WithMetadata(own)), before is null ? null : Read(codec, before), isStatus, code, answer, warnings);
    }

    /// <summary>Not about the options of the call, and not about a patch that could not be read.</summary>
    private static bool IsAboutTheObject(int code, JsonObject answer) =>
        code != 422 || (answer["details"]?["causes"] is JsonArray causes && !causes.Any(cause => (string?)cause!["field"] is "patch" or "dryRun" or "fieldManager"));

    private static bool IsCollection(string path, JsonObject? body) =>
        body is not null && ResourceCatalog.Find((string?)body["apiVersion"] ?? "", (string?)body["kind"] ?? "") is { } codec
        && path.EndsWith("/" + codec.Type.Plural, StringComparison.Ordinal);

    private static JsonObject? Patched(JsonObject step, JsonObject before)
    {
        var codec = ResourceCatalog.Find((string?)before["apiVersion"] ?? "", (string?)before["kind"] ?? "");
        var (current, patch) = (Encoding.UTF8.GetBytes(before.ToJsonString()), Encoding.UTF8.GetBytes(step["body"]!.ToJsonString()));
        try
        {
            var patched = (string?)step["type"] switch
            {
                "application/json-patch+json" => JsonPatch.Apply(current, patch),
                "application/merge-patch+json" => MergePatch.Apply(current, patch),
                "application/strategic-merge-patch+json" when codec is not null => StrategicMergePatch.Apply(current, patch, codec.Schema),
                _ => null,
            };
            return patched is null ? null : JsonNode.Parse(patched)!.AsObject();
        }
        catch (PatchException)
        {
            return null; // what is wrong with a patch itself is no matter of the kind's rules
        }
    }

    private static IResource Read(ResourceCodec codec, JsonObject body) =>
        codec.Read(Encoding.UTF8.GetBytes(body.ToJsonString()), new DecodeIssues());
}
