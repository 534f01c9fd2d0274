using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>What a webhook has answered, checked.</summary>
/// <param name="IsAllowed">Whether the write may go on.</param>
/// <param name="Status">Why not; null when it gave no reason.</param>
/// <param name="Patch">A JSON patch of the object; empty for none.</param>
/// <param name="Warnings">What the client is to be told.</param>
/// <param name="Annotations">What the audit log is to keep.</param>
internal sealed record WebhookAnswer(
    bool IsAllowed, Status? Status, ReadOnlyMemory<byte> Patch, ImmutableArray<string> Warnings, ImmutableArray<KeyValuePair<string, string>> Annotations)
{
    /// <summary>Reads an answer.</summary>
    /// <param name="body">The body.</param>
    /// <param name="hook">Who has answered.</param>
    /// <param name="uid">The id of the review that it answers.</param>
    /// <exception cref="WebhookFailure">It is no answer to this review.</exception>
    public static WebhookAnswer Read(ReadOnlyMemory<byte> body, Webhook hook, string uid)
    {
        try
        {
            using var document = JsonDocument.Parse(body, JsonInput.DocumentOptions);
            return Read(document.RootElement, hook, uid);
        }
        catch (Exception problem) when (problem is JsonException or ModelDecodeException or InvalidOperationException or FormatException)
        {
            var words = problem is JsonException ? JsonSyntax.Describe(body.Span) : problem is ModelDecodeException ? problem.Message : "a member is not of its type";
            throw new WebhookFailure($"failed to call webhook: couldn't get version/kind; json parse error: {words}");
        }
    }

    private static WebhookAnswer Read(JsonElement review, Webhook hook, string uid)
    {
        if (review.ValueKind != JsonValueKind.Object)
            throw new WebhookFailure($"failed to call webhook: couldn't get version/kind; json parse error: the answer is not an object but {review.ValueKind}");
        var (version, kind) = (Text(review, "apiVersion"), Text(review, "kind"));
        if (version != "admission.k8s.io/" + hook.ReviewVersion || kind != "AdmissionReview")
            throw Invalid($"expected webhook response of admission.k8s.io/{hook.ReviewVersion}, Kind=AdmissionReview, got {(version.Length == 0 ? "/" : version)}, Kind={kind}");
        if (!review.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object)
            throw Invalid("webhook response was absent");
        if (hook.ReviewVersion == "v1" && Text(response, "uid") != uid)
            throw Invalid($"expected response.uid=\"{uid}\", got \"{Text(response, "uid")}\"");
        return new(
            response.TryGetProperty("allowed", out var allowed) && allowed.ValueKind == JsonValueKind.True,
            response.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object ? ModelJson.Read<Status>(Encoding.UTF8.GetBytes(status.GetRawText())) : null,
            PatchOf(response, hook),
            response.TryGetProperty("warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array ? [.. warnings.EnumerateArray().Select(warning => warning.GetString() ?? "")] : [],
            response.TryGetProperty("auditAnnotations", out var notes) && notes.ValueKind == JsonValueKind.Object
                ? [.. notes.EnumerateObject().Select(note => KeyValuePair.Create(note.Name, note.Value.GetString() ?? ""))] : []);
    }

    private static ReadOnlyMemory<byte> PatchOf(JsonElement response, Webhook hook)
    {
        var type = response.TryGetProperty("patchType", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        var patch = response.TryGetProperty("patch", out var bytes) && bytes.ValueKind == JsonValueKind.String ? Decode(bytes.GetString()!) : [];
        if (!hook.IsMutating)
        {
            return patch.Length > 0 ? throw Invalid("validating webhook may not return response.patch")
                : type is not null ? throw Invalid("validating webhook may not return response.patchType")
                : default;
        }
        if (patch.Length > 0 && type is null && hook.ReviewVersion == "v1")
            throw Invalid("webhook returned response.patch but not response.patchType");
        if (type is not null && type != "JSONPatch")
            throw Invalid($"webhook returned invalid response.patchType of \"{type}\"");
        return type is not null && patch.Length == 0 ? throw Invalid("webhook returned response.patchType but not response.patch") : patch;
    }

    private static byte[] Decode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var bad = Base64Text.FirstBad(bytes);
        return bad < 0 ? Base64Text.Decode(bytes) : throw new WebhookFailure("failed to call webhook: " + Base64Text.Problem(bad));
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";

    private static WebhookFailure Invalid(string problem) => new($"received invalid webhook response: {problem}");
}

/// <summary>A webhook could not be asked, or gave no usable answer; its failure policy decides what follows.</summary>
/// <param name="message">What happened.</param>
internal sealed class WebhookFailure(string message) : Exception(message);
