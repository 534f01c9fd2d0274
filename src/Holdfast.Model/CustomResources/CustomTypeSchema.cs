using System.Collections.Immutable;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;

namespace Holdfast.Model.CustomResources;

/// <summary>The shape of a custom resource as the Model describes shapes, made from its schema: what field ownership and apply go by.</summary>
internal static class CustomTypeSchema
{
    internal static TypeSchema Of(ResourceType type, StructuralSchema schema)
    {
        var name = NameOf(type);
        return new TypeSchema(name, schema.Source.Description, WithStandardFields(schema, name), schema.IsAtomicMap) { OtherFields = OthersOf(schema) };
    }

    /// <summary>The name in OpenAPI documents, such as <c>com.example.v1.Widget</c>.</summary>
    internal static string NameOf(ResourceType type) =>
        $"{string.Join('.', type.Group.Split('.').Reverse())}.{type.Version}.{type.Kind}";

    private static ImmutableArray<FieldSchema> WithStandardFields(StructuralSchema schema, string name)
    {
        var fields = ImmutableArray.CreateBuilder<FieldSchema>();
        fields.Add(new("apiVersion", Shape.Of(ShapeKind.String)));
        fields.Add(new("kind", Shape.Of(ShapeKind.String)));
        fields.Add(new("metadata", Shape.Object(static () => ObjectMeta.ModelSchema)) { IsAlwaysWritten = true });
        fields.AddRange(Fields(schema, name).Where(field => field.JsonName is not ("apiVersion" or "kind" or "metadata")));
        return fields.DrainToImmutable();
    }

    private static IEnumerable<FieldSchema> Fields(StructuralSchema schema, string name) =>
        schema.PropertyNames.Select(property => Field(property, schema.Properties[property], name));

    private static FieldSchema Field(string name, StructuralSchema schema, string owner) =>
        new(name, ShapeOf(schema, $"{owner}.{name}"))
        {
            Description = schema.Source.Description,
            ListKind = schema.Type == "array" ? KindOf(schema) : null,
            MapKeys = schema.ListType == "map" ? [.. schema.ListMapKeys] : [],
            IsAtomic = schema.IsAtomicMap,
            Default = schema.Default is { } value ? PathElement.Canonical(value) : null,
        };

    private static ListKind KindOf(StructuralSchema schema) => schema.ListType switch
    {
        "set" => ListKind.Set,
        "map" when schema.Items is { Properties.Count: > 0 } => ListKind.Map,
        _ => ListKind.Atomic,
    };

    private static Shape ShapeOf(StructuralSchema schema, string name)
    {
        if (schema.IsIntOrString)
        {
            return Shape.Of(ShapeKind.IntOrString);
        }
        return schema.Type switch
        {
            "string" => Shape.Of(ShapeKind.String),
            "integer" => Shape.Of(ShapeKind.Int64),
            "number" => Shape.Of(ShapeKind.Double),
            "boolean" => Shape.Of(ShapeKind.Boolean),
            "array" when schema.Items is { } items => Shape.List(ShapeOf(items, name)),
            "object" when schema.IsEmbeddedResource => Object(WithStandardFields(schema, name), schema, name),
            "object" when schema.Properties.Count > 0 => Object([.. Fields(schema, name)], schema, name),
            "object" when schema.AdditionalProperties is { } values => Shape.Map(Field("", values, name)),
            "object" or "" => Shape.Of(ShapeKind.Deduced),
            _ => Shape.Of(ShapeKind.Json),
        };
    }

    private static Shape? OthersOf(StructuralSchema schema) => schema.PreservesUnknownFields ? Shape.Of(ShapeKind.Deduced) : null;

    private static Shape Object(ImmutableArray<FieldSchema> fields, StructuralSchema schema, string name)
    {
        var type = new TypeSchema(name, schema.Source.Description, fields, schema.IsAtomicMap) { OtherFields = OthersOf(schema) };
        return Shape.Object(() => type);
    }
}
