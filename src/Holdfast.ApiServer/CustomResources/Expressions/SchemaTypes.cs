using Holdfast.Cel;
using Holdfast.Model.CustomResources;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>The types by which expressions see the values of a schema, as Kubernetes has them.</summary>
internal static class SchemaTypes
{
    private static readonly CelType Metadata = CelType.Object("object.metadata",
        [new("name", "name", CelType.String), new("generateName", "generateName", CelType.String)]);

    /// <summary>The type of a schema's values.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">A name for the type, unlike all others of the same definition.</param>
    /// <param name="isRoot">Whether it is the schema of whole objects.</param>
    public static CelType Of(StructuralSchema schema, string name, bool isRoot)
    {
        if (schema.IsIntOrString)
            return CelType.Dyn;
        return schema.Type switch
        {
            "object" when schema.AdditionalProperties is { } values => CelType.Map(CelType.String, Of(values, name + ".@values", false)),
            "object" when schema.AllowsAdditionalProperties => CelType.Map(CelType.String, CelType.Dyn),
            "object" => CelType.Object(name, Fields(schema, name, isRoot || schema.IsEmbeddedResource)),
            "array" when schema.Items is { } items => CelType.List(Of(items, name + ".@idx", false)),
            "array" => CelType.List(CelType.Dyn),
            "string" => schema.Source.Format switch
            {
                "byte" => CelType.Bytes,
                "duration" => CelType.Duration,
                "date" or "date-time" => CelType.Timestamp,
                _ => CelType.String,
            },
            "boolean" => CelType.Bool,
            "number" => CelType.Double,
            "integer" => CelType.Int,
            _ => CelType.Dyn,
        };
    }

    private static IEnumerable<CelField> Fields(StructuralSchema schema, string name, bool isResource)
    {
        if (isResource)
        {
            yield return new("apiVersion", "apiVersion", CelType.String);
            yield return new("kind", "kind", CelType.String);
            yield return new("metadata", "metadata", Metadata);
        }
        foreach (var property in schema.PropertyNames)
        {
            if (isResource && property is ("apiVersion" or "kind" or "metadata"))
                continue;
            if (CelIdentifiers.Escape(property) is { } field)
                yield return new(field, property, Of(schema.Properties[property], $"{name}.{property}", false));
        }
    }
}
