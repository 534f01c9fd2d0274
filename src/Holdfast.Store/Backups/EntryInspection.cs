using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.Store.Backups;

/// <summary>Looks whether the bytes of an entry are the object that its key and revision name.</summary>
internal static class EntryInspection
{
    /// <summary>What is wrong, to follow the object's name; null when nothing is.</summary>
    public static string? Problem(Entry entry)
    {
        try
        {
            using var document = JsonDocument.Parse(entry.Json, JsonInput.DocumentOptions);
            var root = document.RootElement;
            var metadata = root.GetProperty("metadata");
            if (Differs(metadata, "name", entry.Key.Name) || Differs(metadata, "namespace", entry.Key.Namespace))
                return "holds another object";
            if (Differs(metadata, "resourceVersion", entry.Revision.ToString(CultureInfo.InvariantCulture)))
                return "holds another revision of the object";
            // A kind of the Model is read as the server will read it; a custom resource is JSON to everybody.
            var codec = ResourceCatalog.Find(root.GetProperty("apiVersion").GetString()!, root.GetProperty("kind").GetString()!);
            codec?.Read(entry.Json.Span, new DecodeIssues());
            return null;
        }
        catch (Exception exception) when (exception is JsonException or ModelDecodeException or KeyNotFoundException or InvalidOperationException)
        {
            return $"cannot be read: {exception.Message}";
        }
    }

    private static bool Differs(JsonElement metadata, string field, string expected) =>
        (metadata.TryGetProperty(field, out var found) ? found.GetString() : "") != expected;
}
