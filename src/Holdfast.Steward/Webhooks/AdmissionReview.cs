using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Steward.Webhooks;

/// <summary>What the API server asks before it lets a write happen.</summary>
/// <param name="Uid">The question's own id, which the answer repeats.</param>
/// <param name="Operation"><c>CREATE</c>, <c>UPDATE</c>, <c>DELETE</c>.</param>
/// <param name="Resource">The plural of the kind: <c>pods</c>.</param>
/// <param name="Subresource">The sub-resource: <c>eviction</c>; empty for none.</param>
/// <param name="Namespace">The object's namespace.</param>
/// <param name="Name">The object's name.</param>
/// <param name="User">Who asks.</param>
/// <param name="Groups">The groups of who asks.</param>
/// <param name="IsDryRun">Whether nothing is to happen, here neither.</param>
public sealed record AdmissionQuestion(
    string Uid, string Operation, string Resource, string Subresource, string Namespace, string Name, string User, ImmutableArray<string> Groups, bool IsDryRun)
{
    /// <summary>The object as it would be written; null for a deletion.</summary>
    public JsonObject? Object { get; init; }

    /// <summary>The object as it is; null for a creation.</summary>
    public JsonObject? OldObject { get; init; }

    /// <summary>The options of the write.</summary>
    public JsonObject? Options { get; init; }

    /// <summary>Whether the object is not only changed but asked to go, or was before.</summary>
    public bool IsTerminating => OldObject?["metadata"]?["deletionTimestamp"] is not null;

    /// <summary>An annotation of the object as it would be, or is.</summary>
    /// <param name="name">Its name.</param>
    public string? Annotation(string name) => AdmissionReview.Text((Object ?? OldObject)?["metadata"]?["annotations"]?[name]);
}

/// <summary>What the Steward answers.</summary>
public sealed record AdmissionAnswer
{
    /// <summary>The write may happen.</summary>
    public static AdmissionAnswer Allowed { get; } = new() { IsAllowed = true };

    /// <summary>Whether the write may happen.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>The code that the client gets when it may not.</summary>
    public int Code { get; private init; }

    /// <summary>The reason for programs.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>The reason for people.</summary>
    public string Message { get; private init; } = "";

    /// <summary>When the client may ask again; 0 when that is no matter of time.</summary>
    public int RetryAfterSeconds { get; private init; }

    /// <summary>What the client is told besides.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Changes of the object: paths of a JSON patch with the values that are put there.</summary>
    public ImmutableArray<KeyValuePair<string, JsonNode>> Changes { get; init; } = [];

    /// <summary>Not now: 429, which <c>kubectl drain</c> and every client of the eviction API take as a request to ask again.</summary>
    /// <param name="message">Why, and what is being done about it.</param>
    /// <param name="retryAfter">
    /// When to ask again, for what is over in a moment: client libraries then ask again silently, and show the message only when they give up. Null for everything else.
    /// </param>
    public static AdmissionAnswer Later(string message, TimeSpan? retryAfter) =>
        new() { Code = 429, Reason = "TooManyRequests", Message = message, RetryAfterSeconds = retryAfter is { } after ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 0 };

    /// <summary>The object is not what it may be.</summary>
    /// <param name="message">All that is wrong with it.</param>
    public static AdmissionAnswer Invalid(string message) => new() { Code = 422, Reason = "Invalid", Message = message };

    /// <summary>Not in this way, now or later.</summary>
    /// <param name="message">Why, and what to do instead.</param>
    public static AdmissionAnswer Forbidden(string message) => new() { Code = 403, Reason = "Forbidden", Message = message };
}

/// <summary>The text form of questions and answers: <c>admission.k8s.io/v1</c>.</summary>
public static class AdmissionReview
{
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 256 };

    /// <summary>Reads a question.</summary>
    /// <param name="utf8">The body of the request.</param>
    /// <returns>The question, or null when it is none.</returns>
    public static AdmissionQuestion? Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            if (JsonNode.Parse(utf8, documentOptions: Bounds)?["request"] is not JsonObject request || Text(request["uid"]) is not { Length: > 0 } uid)
                return null;
            // The deletion of a collection is asked about object by object, without names.
            var name = Text(request["name"]) is { Length: > 0 } given ? given : Text((request["oldObject"] ?? request["object"])?["metadata"]?["name"]) ?? "";
            var groups = request["userInfo"]?["groups"] is JsonArray listed ? listed.Select(Text).OfType<string>() : [];
            return new AdmissionQuestion(
                uid, Text(request["operation"]) ?? "", Text(request["resource"]?["resource"]) ?? "", Text(request["subResource"]) ?? "",
                Text(request["namespace"]) ?? "", name, Text(request["userInfo"]?["username"]) ?? "", [.. groups],
                request["dryRun"] is JsonValue dry && dry.TryGetValue<bool>(out var isDry) && isDry)
            {
                Object = request["object"] as JsonObject,
                OldObject = request["oldObject"] as JsonObject,
                Options = request["options"] as JsonObject,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="uid">The id of the question.</param>
    /// <param name="answer">The answer.</param>
    public static byte[] Write(string uid, AdmissionAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, "admission.k8s.io/v1");
            writer.WriteString("kind"u8, "AdmissionReview");
            writer.WriteStartObject("response"u8);
            writer.WriteString("uid"u8, uid);
            writer.WriteBoolean("allowed"u8, answer.IsAllowed);
            if (!answer.IsAllowed)
                WriteStatus(writer, answer);
            if (answer.Warnings.Length > 0)
            {
                writer.WriteStartArray("warnings"u8);
                foreach (var warning in answer.Warnings)
                    writer.WriteStringValue(warning);
                writer.WriteEndArray();
            }
            if (answer.Changes.Length > 0)
            {
                writer.WriteString("patchType"u8, "JSONPatch");
                writer.WriteBase64String("patch"u8, Patch(answer.Changes));
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    internal static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static void WriteStatus(Utf8JsonWriter writer, AdmissionAnswer answer)
    {
        writer.WriteStartObject("status"u8);
        writer.WriteNumber("code"u8, answer.Code);
        writer.WriteString("reason"u8, answer.Reason);
        writer.WriteString("message"u8, answer.Message);
        if (answer.RetryAfterSeconds > 0)
        {
            writer.WriteStartObject("details"u8);
            writer.WriteNumber("retryAfterSeconds"u8, answer.RetryAfterSeconds);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static byte[] Patch(ImmutableArray<KeyValuePair<string, JsonNode>> changes)
    {
        var patch = new JsonArray();
        foreach (var (path, value) in changes)
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = value.DeepClone() });
        return JsonSerializer.SerializeToUtf8Bytes(patch, PatchJson.Default.JsonArray);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonArray))]
internal sealed partial class PatchJson : System.Text.Json.Serialization.JsonSerializerContext;
