using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;
using Holdfast.Model.Values;

namespace Holdfast.Model.ApiExtensions;

/// <summary>A schema, or a list of schemas (<c>items</c>).</summary>
/// <param name="Schema">The one schema, or null.</param>
/// <param name="Schemas">The list, when there is not one.</param>
public sealed record JsonSchemaOrArray(JSONSchemaProps? Schema, ValueList<JSONSchemaProps> Schemas) : IModelType<JsonSchemaOrArray>
{
    /// <inheritdoc/>
    public static TypeSchema ModelSchema { get; } = new("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", "A schema, or a list of schemas.", []) { IsUnion = true };

    /// <inheritdoc/>
    public static JsonSchemaOrArray Read(ref JsonInput input) => input.Token == JsonTokenType.StartArray
        ? new(null, ListCodec<ObjectCodec<JSONSchemaProps>, JSONSchemaProps>.Read(ref input, ""))
        : new(JSONSchemaProps.Read(ref input), []);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        if (Schema is not null)
        {
            Schema.Write(writer);
        }
        else
        {
            ListCodec<ObjectCodec<JSONSchemaProps>, JSONSchemaProps>.Write(writer, Schemas);
        }
    }
}

/// <summary>A schema, or a boolean that allows or refuses everything (<c>additionalProperties</c>).</summary>
/// <param name="Schema">The schema, or null.</param>
/// <param name="Allows">The boolean, when there is no schema.</param>
public sealed record JsonSchemaOrBool(JSONSchemaProps? Schema, bool Allows) : IModelType<JsonSchemaOrBool>
{
    /// <inheritdoc/>
    public static TypeSchema ModelSchema { get; } = new("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", "A schema, or a boolean.", []) { IsUnion = true };

    /// <inheritdoc/>
    public static JsonSchemaOrBool Read(ref JsonInput input) => input.Token is JsonTokenType.True or JsonTokenType.False
        ? new(null, BooleanCodec.Read(ref input, ""))
        : new(JSONSchemaProps.Read(ref input), true);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        if (Schema is not null)
        {
            Schema.Write(writer);
        }
        else
        {
            writer.WriteBooleanValue(Allows);
        }
    }
}

/// <summary>A schema, or the names of other properties (<c>dependencies</c>).</summary>
/// <param name="Schema">The schema, or null.</param>
/// <param name="Properties">The names, when there is no schema.</param>
public sealed record JsonSchemaOrStrings(JSONSchemaProps? Schema, ValueList<string> Properties) : IModelType<JsonSchemaOrStrings>
{
    /// <inheritdoc/>
    public static TypeSchema ModelSchema { get; } = new("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", "A schema, or a list of names.", []) { IsUnion = true };

    /// <inheritdoc/>
    public static JsonSchemaOrStrings Read(ref JsonInput input) => input.Token == JsonTokenType.StartArray
        ? new(null, ListCodec<StringCodec, string>.Read(ref input, ""))
        : new(JSONSchemaProps.Read(ref input), []);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        if (Schema is not null)
        {
            Schema.Write(writer);
        }
        else
        {
            ListCodec<StringCodec, string>.Write(writer, Properties);
        }
    }
}
