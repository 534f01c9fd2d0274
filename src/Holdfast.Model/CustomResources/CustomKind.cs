using System.Collections.Immutable;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Resources;

namespace Holdfast.Model.CustomResources;

/// <summary>One version of a custom resource as it is served: made once for each change of its definition, and shared by all requests.</summary>
public sealed class CustomKind
{
    private CustomKind(CustomResourceDefinition definition, CustomResourceDefinitionVersion version, Func<StructuralSchema, IExpressionRules?> expressions)
    {
        var (spec, names) = (definition.Spec, definition.Status.AcceptedNames);
        Version = version;
        var type = new ResourceType(spec.Group, version.Name, names.Kind, names.Plural, spec.Scope == "Namespaced")
        {
            Singular = names.Singular,
            ShortNames = [.. names.ShortNames],
            Categories = [.. names.Categories],
            ListKind = names.ListKind,
        };
        Codec = new CustomResourceCodec(type, StructuralSchema.Of(version.Schema?.OpenAPIV3Schema ?? JSONSchemaProps.Empty with
        {
            Type = "object",
            XKubernetesPreserveUnknownFields = true,
        }));
        Columns = PrinterColumn.Of(version);
        SelectableFields = version.SelectableFields.ToImmutableDictionary(
            field => field.JsonPath.TrimStart('.'), field => MemberPath.Of(field.JsonPath), StringComparer.Ordinal);
        Scale = version.Subresources?.Scale is { } scale ? CustomScale.Of(scale) : null;
        Expressions = expressions(Codec.Structural);
        Rules = new CustomResourceRules(this);
    }

    /// <summary>The version as the definition has it.</summary>
    public CustomResourceDefinitionVersion Version { get; }

    /// <summary>The names.</summary>
    public ResourceType Type => Codec.Type;

    /// <summary>Reads and describes objects.</summary>
    public CustomResourceCodec Codec { get; }

    /// <summary>The rules that are expressions; null when there are none.</summary>
    public IExpressionRules? Expressions { get; }

    /// <summary>What holds for objects.</summary>
    public CustomResourceRules Rules { get; }

    /// <summary>Whether objects have a status that is written apart.</summary>
    public bool HasStatus => Version.Subresources?.Status is not null;

    /// <summary>Where the number of replicas is; null when objects cannot be scaled.</summary>
    public CustomScale? Scale { get; }

    /// <summary>The columns in which objects are shown, after their names.</summary>
    public ImmutableArray<PrinterColumn> Columns { get; }

    /// <summary>The fields by which objects can be selected, as selectors name them.</summary>
    public ImmutableDictionary<string, MemberPath> SelectableFields { get; }

    /// <summary>Makes every version of a definition ready, those too that are not served: objects may be stored in them.</summary>
    /// <param name="definition">The definition; its names must have been accepted.</param>
    /// <param name="expressions">Makes the rules of a schema ready that are expressions; null when there are none.</param>
    public static ImmutableArray<CustomKind> Of(CustomResourceDefinition definition, Func<StructuralSchema, IExpressionRules?> expressions)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return [.. definition.Spec.Versions.Select(version => new CustomKind(definition, version, expressions))];
    }
}

/// <summary>Where an object keeps its numbers of replicas and the selector of its pods.</summary>
/// <param name="SpecReplicas">The wanted number.</param>
/// <param name="StatusReplicas">The number there is.</param>
/// <param name="Selector">The selector's text; null when it is nowhere.</param>
public sealed record CustomScale(MemberPath SpecReplicas, MemberPath StatusReplicas, MemberPath? Selector)
{
    /// <summary>Reads the paths of a definition.</summary>
    /// <param name="scale">The definition's words.</param>
    public static CustomScale Of(CustomResourceSubresourceScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        return new(MemberPath.Of(scale.SpecReplicasPath), MemberPath.Of(scale.StatusReplicasPath),
            scale.LabelSelectorPath is { Length: > 0 } selector ? MemberPath.Of(selector) : null);
    }
}
