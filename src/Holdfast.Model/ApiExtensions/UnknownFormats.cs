using System.Collections.Immutable;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>Finds the formats in a definition's schemas that no value is held to, as Kubernetes 1.36 warns of them.</summary>
internal static class UnknownFormats
{
    /// <summary>The warnings of a definition; of what the stored one had already nobody is warned again.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="old">The stored one; null for a new one.</param>
    public static ImmutableArray<string> Warnings(CustomResourceDefinition definition, CustomResourceDefinition? old)
    {
        if (definition.Spec == old?.Spec)
        {
            return [];
        }
        var known = old is null ? [] : In(old).ToHashSet(StringComparer.Ordinal);
        return [.. In(definition).Where(format => !known.Contains(format)).Distinct().Select(format => $"unrecognized format {QuotedText.Quote(format)}")];
    }

    private static IEnumerable<string> In(CustomResourceDefinition definition) => definition.Spec.Versions
        .Select(version => version.Schema?.OpenAPIV3Schema).OfType<JSONSchemaProps>().SelectMany(In);

    private static IEnumerable<string> In(JSONSchemaProps schema) =>
        (schema.Format.Length > 0 && !IsKnown(schema) ? [schema.Format] : Array.Empty<string>()).Concat(SchemaParts.Of(schema).SelectMany(In));

    private static bool IsKnown(JSONSchemaProps schema) => schema.Type switch
    {
        "" or "string" => TextValueFormats.IsKnown(schema.Format),
        "integer" => schema.Format is "int32" or "int64",
        "number" => schema.Format is "float" or "double",
        _ => false,
    };
}
