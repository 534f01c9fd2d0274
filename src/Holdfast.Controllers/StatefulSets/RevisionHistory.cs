using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
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
    /// <summary>The revision of a set's present template.</summary>
    /// <param name="set">The set.</param>
    /// <param name="number">The revision's number.</param>
    /// <param name="collisionCount">How often the name was found taken by another template.</param>
    public static ControllerRevision Of(StatefulSet set, long number, int collisionCount)
    {
        var data = Data(set.Spec.Template);
        var hash = TemplateHash.Of(data, collisionCount);
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
        TemplateHash.WriteMembers(writer, template);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
