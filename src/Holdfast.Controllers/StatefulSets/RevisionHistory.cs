using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>
/// A set's templates over time. A revision holds the template as a patch to the set, as Kubernetes stores it; two are the
/// same when the templates they hold are equal as records, so that neither a restart nor another order of fields makes a
/// new one (invariant S10).
/// </summary>
public static class RevisionHistory
{
    // Vowels and look-alikes are left out, so that a hash never spells a word.
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>The revision of a set's present template.</summary>
    /// <param name="set">The set.</param>
    /// <param name="number">The revision's number.</param>
    /// <param name="collisionCount">How often the name was found taken by another template.</param>
    public static ControllerRevision Of(StatefulSet set, long number, int collisionCount)
    {
        var data = Data(set.Spec.Template);
        var hash = Hash(data, collisionCount);
        return new ControllerRevision
        {
            Metadata = new ObjectMeta
            {
                Name = $"{set.Metadata.Name}-{hash}",
                Namespace = set.Metadata.Namespace,
                Labels = set.Spec.Template.Metadata.Labels.SetItem("controller.kubernetes.io/hash", hash),
                Annotations = set.Metadata.Annotations,
                OwnerReferences = [StatefulSetIdentity.OwnerReference(set)],
            },
            Data = data,
            Revision = number,
        };
    }

    /// <summary>The template that a revision holds.</summary>
    /// <param name="revision">The revision.</param>
    /// <exception cref="ModelDecodeException">The revision does not hold a template.</exception>
    public static PodTemplateSpec Template(ControllerRevision revision)
    {
        using var document = revision.Data?.ToDocument();
        return document is not null && document.RootElement.TryGetProperty("spec", out var spec) && spec.TryGetProperty("template", out var template)
            ? ModelJson.Read<PodTemplateSpec>(template.GetRawText())
            : throw new ModelDecodeException($"ControllerRevision {revision.Metadata.Namespace}/{revision.Metadata.Name} holds no spec.template");
    }

    /// <summary>The order of revisions: by number, then age, then name.</summary>
    /// <param name="revisions">The revisions.</param>
    public static ImmutableArray<ControllerRevision> Sorted(IEnumerable<ControllerRevision> revisions) =>
    [
        .. revisions.OrderBy(revision => revision.Revision)
            .ThenBy(revision => revision.Metadata.CreationTimestamp)
            .ThenBy(revision => revision.Metadata.Name, StringComparer.Ordinal),
    ];

    /// <summary>The number that comes after all revisions.</summary>
    /// <param name="sorted">The revisions in order.</param>
    public static long Next(ImmutableArray<ControllerRevision> sorted) => sorted.IsEmpty ? 1 : sorted[^1].Revision + 1;

    // The members are in the order of their names, as Kubernetes stores them: the hash is of these bytes.
    private static JsonValue Data(PodTemplateSpec template) => JsonValue.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("spec"u8);
        writer.WriteStartObject("template"u8);
        writer.WriteString("$patch"u8, "replace"u8);
        using var document = JsonDocument.Parse(ModelJson.ToBytes(template));
        WriteMembers(writer, document.RootElement);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement value)
    {
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(member.Name);
            WriteOrdered(writer, member.Value);
        }
    }

    private static void WriteOrdered(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteMembers(writer, value);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteOrdered(writer, item);
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>
    /// The hash that Kubernetes gives the same template: FNV-1 over the data as Go writes it and over the collision count in
    /// digits, spelled in the safe alphabet.
    /// </summary>
    private static string Hash(JsonValue data, int collisionCount)
    {
        var text = data.ToString()
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(text + collisionCount.ToString(CultureInfo.InvariantCulture)))
        {
            hash = unchecked(hash * 16777619u) ^ value;
        }
        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => SafeAlphabet[digit % SafeAlphabet.Length]));
    }
}
