using System.Collections.Immutable;

namespace Holdfast.Model.ApiExtensions;

/// <summary>The schemas that a schema is made of.</summary>
internal static class SchemaParts
{
    /// <summary>Those directly in it.</summary>
    /// <param name="schema">The schema.</param>
    public static IEnumerable<JSONSchemaProps> Of(JSONSchemaProps schema)
    {
        ImmutableArray<JSONSchemaProps?> single = [schema.Items?.Schema, schema.AdditionalProperties?.Schema, schema.Not];
        return single.OfType<JSONSchemaProps>().Concat(schema.Properties.Values)
            .Concat(schema.AllOf).Concat(schema.AnyOf).Concat(schema.OneOf).Concat(schema.Items?.Schemas ?? default);
    }
}
