using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>What a webhook's patch has made of an object's text, before it is read.</summary>
internal static class PatchedObject
{
    /// <summary>The text, which is an object of the kind that the webhook was shown.</summary>
    /// <param name="patched">The text.</param>
    /// <param name="question">What the webhook was asked.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> patched, WebhookCaller.Question question)
    {
        using var document = JsonDocument.Parse(patched, JsonInput.DocumentOptions);
        var root = document.RootElement;
        var isCustom = question.Write.Request.Served.Codec is CustomResourceCodec && question.Write.Subresource is "" or "status";
        // Upstream reads null as an object without any field, whose lack of a name validation tells; of a custom resource not even the kind is known.
        if (root.ValueKind == JsonValueKind.Null && !isCustom)
            return "{}"u8.ToArray();
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException($"the patched object is no object but {Found(root.ValueKind)}");
        using var shown = JsonDocument.Parse(question.Shown, JsonInput.DocumentOptions);
        foreach (var field in (string[])["apiVersion", "kind"])
        {
            var (before, after) = (Text(shown.RootElement, field), Text(root, field));
            if (before != after && (isCustom || after.Length > 0))
                throw new FormatException($"the patched object's {field} is \"{after}\", and not \"{before}\" as before");
        }
        return patched;
    }

    private static string Found(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a bool",
    };

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";
}
