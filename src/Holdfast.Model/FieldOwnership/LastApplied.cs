using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// The way from <c>kubectl apply</c> to its server-side form: fields that the annotation of the former says were applied,
/// and that still have those values, may be taken over without a conflict.
/// </summary>
public static class LastApplied
{
    /// <summary>The annotation in which kubectl keeps what it applied.</summary>
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The one manager whose applications heed the annotation.</summary>
    public const string Manager = "kubectl";

    /// <summary>The conflicts of an outcome that the annotation does not settle; all of them when it proves nothing.</summary>
    /// <param name="outcome">An application that ended in conflicts.</param>
    /// <param name="annotation">The annotation's text.</param>
    /// <param name="application">The application.</param>
    public static ImmutableArray<FieldConflict> Remaining(ApplicationOutcome outcome, string annotation, Application application)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(application);
        try
        {
            using var document = JsonDocument.Parse(annotation, JsonInput.DocumentOptions);
            var applied = document.RootElement;
            return applied.TryGetProperty("apiVersion", out var version) && version.ValueEquals(application.Writer.ApiVersion)
                ? outcome.ConflictsBeyond(Unchanged(applied, application.Live, application.Type))
                : outcome.Conflicts;
        }
        catch (Exception unfit) when (unfit is JsonException or FieldOwnershipException or InvalidOperationException)
        {
            // Anyone may have edited the annotation.
            return outcome.Conflicts;
        }
    }

    /// <summary>The annotation's text for a configuration: the same, but for the annotation itself, its members in order.</summary>
    /// <param name="configuration">What is applied.</param>
    public static string TextOf(JsonElement configuration) =>
        Encoding.UTF8.GetString(ModelJson.ToBytes(writer => Write(writer, configuration, 0))) + "\n";

    private static void Write(Utf8JsonWriter writer, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            WriteItems(writer, value, depth);
            return;
        }
        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            if (depth == 2 && member.Name == Annotation)
            {
                continue;
            }
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, depth + 1);
        }
        writer.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter writer, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            value.WriteTo(writer);
            return;
        }
        writer.WriteStartArray();
        foreach (var item in value.EnumerateArray())
        {
            Write(writer, item, depth + 1);
        }
        writer.WriteEndArray();
    }

    private static FieldSet Unchanged(JsonElement applied, JsonElement live, TypeSchema type)
    {
        var changes = FieldChanges.Between(applied, live, type);
        return OwnedFields.Of(applied, type).Difference(changes.Written.Union(changes.Removed));
    }
}
