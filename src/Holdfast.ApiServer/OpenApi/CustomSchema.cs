using System.Text.Json;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>
/// Writes the schema of a custom resource as its definition has it, with the fields that every object has. The older form
/// cannot say all of it: there, what it cannot say is left out.
/// </summary>
internal static class CustomSchema
{
    /// <summary>Writes the schema as one value.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="codec">The version of the custom resource.</param>
    /// <param name="form">The form.</param>
    public static void Write(Utf8JsonWriter writer, CustomResourceCodec codec, OpenApiForm form)
    {
        var schema = WithStandardFields(Published(codec.Structural.Source, form), form);
        using var document = JsonDocument.Parse(ModelJson.ToBytes(schema.Write), JsonInput.DocumentOptions);
        writer.WriteStartObject();
        foreach (var member in document.RootElement.EnumerateObject())
            member.WriteTo(writer);
        writer.WriteStartArray("x-kubernetes-group-version-kind"u8);
        writer.WriteStartObject();
        writer.WriteString("group"u8, codec.Type.Group);
        writer.WriteString("kind"u8, codec.Type.Kind);
        writer.WriteString("version"u8, codec.Type.Version);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static JSONSchemaProps Published(JSONSchemaProps schema, OpenApiForm form)
    {
        var published = schema with
        {
            Properties = ValueMap.Of(schema.Properties.Select(property => (property.Key, Published(property.Value, form))).ToArray()),
            Items = schema.Items?.Schema is { } items ? new JsonSchemaOrArray(Published(items, form), []) : null,
            AdditionalProperties = schema.AdditionalProperties?.Schema is { } values
                ? new JsonSchemaOrBool(Published(values, form), true)
                : schema.AdditionalProperties,
        };
        if (schema.XKubernetesEmbeddedResource)
            published = WithStandardFields(published, form);
        if (form == OpenApiForm.V3)
            return published;
        var hasNoType = schema.Nullable || schema.XKubernetesIntOrString || schema.XKubernetesPreserveUnknownFields == true;
        return published with
        {
            Type = hasNoType ? "" : published.Type,
            Properties = hasNoType ? default : published.Properties,
            Items = hasNoType ? null : published.Items,
            AdditionalProperties = hasNoType ? null : published.AdditionalProperties,
            Nullable = false,
            AllOf = [],
            AnyOf = [],
            OneOf = [],
            Not = null,
        };
    }

    private static JSONSchemaProps WithStandardFields(JSONSchemaProps schema, OpenApiForm form)
    {
        var reference = JSONSchemaProps.Empty with
        {
            Ref = (form == OpenApiForm.V2 ? "#/definitions/" : "#/components/schemas/") + ObjectMeta.ModelSchema.Name,
        };
        var metadata = form == OpenApiForm.V2 ? reference : JSONSchemaProps.Empty with
        {
            Description = "Name, namespace, labels and the rest of what every object carries.",
            AllOf = [reference],
        };
        return schema with
        {
            Properties = schema.Properties
                .SetItem("apiVersion", Text("The group and version of the object."))
                .SetItem("kind", Text("The kind of the object."))
                .SetItem("metadata", metadata),
        };
    }

    private static JSONSchemaProps Text(string description) => JSONSchemaProps.Empty with { Type = "string", Description = description };
}
