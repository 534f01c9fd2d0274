using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.ApiExtensions;

/// <summary>Where in a schema a part stands.</summary>
/// <param name="IsRoot">Whether it is the whole schema.</param>
/// <param name="IsInsideMetadata">Whether it speaks of apiVersion, kind or metadata.</param>
/// <param name="NoDefaults">Why it may have no defaults; null when it may.</param>
internal sealed record SchemaPlace(bool IsRoot, bool IsInsideMetadata, string? NoDefaults)
{
    public static SchemaPlace Root { get; } = new(true, false, null);
}

/// <summary>What may stand in a schema, and how its parts go together.</summary>
internal static class SchemaFieldValidation
{
    private static readonly ImmutableArray<string> Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly ImmutableArray<string> MapTypes = ["atomic", "granular"];
    private static readonly ImmutableArray<string> ListTypes = ["atomic", "set", "map"];

    public static void Check(JSONSchemaProps schema, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        CheckSupported(schema, path, place, errors);
        if (schema.UniqueItems)
        {
            errors.Add(FieldError.Forbidden(path.Child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }
        CheckMembers(schema, path, place, errors);
        CheckCombinations(schema, path, place with { IsRoot = false }, errors);
        if (schema.Items is { } items)
        {
            CheckItems(items, path.Child("items"), place with { IsRoot = false }, errors);
        }
        if (schema.XKubernetesPreserveUnknownFields == false)
        {
            errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-preserve-unknown-fields"), "false", "must be true or undefined"));
        }
        CheckMapType(schema, path, errors);
        ListSchemaValidation.Check(schema, ListTypes, path, errors);
        ExpressionFieldValidation.Check(schema, path.Child("x-kubernetes-validations"), errors);
    }

    private static void CheckSupported(JSONSchemaProps schema, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        if (schema.Type.Length > 0)
        {
            errors.RequireOneOf(path, "type", schema.Type, Types);
        }
        if (schema.Default is not null && place.NoDefaults is { } reason)
        {
            errors.Add(FieldError.Forbidden(path.Child("default"), $"must not be set {reason}"));
        }
        foreach (var (field, isSet) in Unsupported(schema))
        {
            if (isSet)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), $"{field} is not supported"));
            }
        }
        if (schema.Type == "null")
        {
            errors.Add(FieldError.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative"));
        }
        if (schema.Items is { Schemas.IsEmpty: false })
        {
            errors.Add(FieldError.Forbidden(path.Child("items"), "items must be a schema object and not an array"));
        }
        if (place.IsInsideMetadata && schema.XKubernetesEmbeddedResource)
        {
            errors.Add(FieldError.Forbidden(path.Child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
        }
    }

    private static (string Field, bool IsSet)[] Unsupported(JSONSchemaProps schema) =>
    [
        ("id", schema.Id.Length > 0),
        ("additionalItems", schema.AdditionalItems is not null),
        ("patternProperties", !schema.PatternProperties.IsEmpty),
        ("definitions", !schema.Definitions.IsEmpty),
        ("dependencies", !schema.Dependencies.IsEmpty),
        ("$ref", schema.Ref.Length > 0),
    ];

    private static void CheckMembers(JSONSchemaProps schema, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        var below = place with { IsRoot = false };
        if (schema.AdditionalProperties is { } additional)
        {
            if (!schema.Properties.IsEmpty && (!additional.Allows || additional.Schema is not null))
            {
                errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
            }
            if (additional.Schema is { } values)
            {
                Check(values, path.Child("additionalProperties"), !place.IsInsideMetadata ? below
                    : below with { NoDefaults = "inside additionalProperties applying to object metadata" }, errors);
            }
        }
        foreach (var (name, property) in schema.Properties)
        {
            var at = below;
            if ((place.IsRoot || schema.XKubernetesEmbeddedResource) && name is ("metadata" or "kind" or "apiVersion"))
            {
                at = at with { IsInsideMetadata = true, NoDefaults = place.IsRoot ? $"in top-level {name}" : at.NoDefaults };
            }
            Check(property, path.Child("properties").Key(name), at, errors);
        }
    }

    private static void CheckCombinations(JSONSchemaProps schema, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        if (schema.Not is { } not)
        {
            Check(not, path.Child("not"), place, errors);
        }
        CheckAll(schema.AllOf, path.Child("allOf"), place, errors);
        CheckAll(schema.OneOf, path.Child("oneOf"), place, errors);
        CheckAll(schema.AnyOf, path.Child("anyOf"), place, errors);
        foreach (var (name, definition) in schema.Definitions)
        {
            Check(definition, path.Child("definitions").Key(name), place, errors);
        }
    }

    private static void CheckItems(JsonSchemaOrArray items, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        if (items.Schema is { } schema)
        {
            Check(schema, path, place, errors);
        }
        CheckAll(items.Schemas, path, place, errors);
    }

    private static void CheckAll(ValueList<JSONSchemaProps> schemas, FieldPath path, SchemaPlace place, FieldErrors errors)
    {
        for (var i = 0; i < schemas.Count; i++)
        {
            Check(schemas[i], path.Index(i), place, errors);
        }
    }

    private static void CheckMapType(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        if (schema.XKubernetesMapType is not { } type)
        {
            return;
        }
        RequireType(schema, "object", "must be object if x-kubernetes-map-type is specified", path.Child("type"), errors);
        errors.RequireOneOf(path, "x-kubernetes-map-type", type, MapTypes);
    }

    internal static void RequireType(JSONSchemaProps schema, string type, string words, FieldPath path, FieldErrors errors)
    {
        if (schema.Type != type)
        {
            errors.Add(schema.Type.Length == 0 ? FieldError.Required(path, words) : FieldError.Invalid(path, schema.Type, words));
        }
    }
}

/// <summary>What holds for the list types of a schema.</summary>
internal static class ListSchemaValidation
{
    public static void Check(JSONSchemaProps schema, ImmutableArray<string> listTypes, FieldPath path, FieldErrors errors)
    {
        var at = path.Child("x-kubernetes-list-type");
        if (schema.XKubernetesListType is { } type)
        {
            SchemaFieldValidation.RequireType(schema, "array", "must be array if x-kubernetes-list-type is specified", path.Child("type"), errors);
            if (type == "set" && schema is { Type: "array", Items.Schema: { } item })
            {
                CheckSetItem(item, path.Child("items"), errors);
            }
            errors.RequireOneOf(path, "x-kubernetes-list-type", type, listTypes);
        }
        if (!schema.XKubernetesListMapKeys.IsEmpty && schema.XKubernetesListType != "map")
        {
            const string Words = "must be map if x-kubernetes-list-map-keys is non-empty";
            errors.Add(schema.XKubernetesListType is { } other ? FieldError.Invalid(at, other, Words) : FieldError.Required(at, Words));
        }
        if (schema.XKubernetesListType == "map")
        {
            CheckMap(schema, path, errors);
        }
        if (schema is { XKubernetesListType: "set" or "map", Items.Schema: { } items })
        {
            CheckMissing(schema, items, path.Child("items"), errors);
        }
    }

    private static void CheckSetItem(JSONSchemaProps item, FieldPath path, FieldErrors errors)
    {
        const string Words = "must be atomic as item of a list with x-kubernetes-list-type=set";
        if (item is { Type: "array", XKubernetesListType: not (null or "atomic") })
        {
            errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-type"), item.XKubernetesListType, Words));
        }
        if (item is { Type: "object", XKubernetesMapType: not "atomic" })
        {
            errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-map-type"), ShownValue.Text(item.XKubernetesListType), Words));
        }
    }

    private static void CheckMap(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        var keys = schema.XKubernetesListMapKeys;
        if (keys.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map"));
        }
        if (schema.Items is null)
        {
            errors.Add(FieldError.Required(path.Child("items"), "must have a schema if x-kubernetes-list-type is map"));
            return;
        }
        if (schema.Items.Schema is not { } items)
        {
            errors.Add(FieldError.InvalidJson(path.Child("items"), "null", "must only have a single schema if x-kubernetes-list-type is map"));
            return;
        }
        if (items.Type != "object")
        {
            errors.Add(FieldError.Invalid(path.Child("items").Child("type"), items.Type, "must be object if parent array's x-kubernetes-list-type is map"));
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (items.Properties.GetValueOrDefault(key) is not { } property)
            {
                errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-list-map-keys"), ShownValue.Texts(keys), "entries must all be names of item properties"));
            }
            else if (property.Type is "array" or "object")
            {
                errors.Add(FieldError.Invalid(path.Child("items").Child("properties").Key(key).Child("type"), items.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            if (!seen.Add(key))
            {
                errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-list-map-keys"), ShownValue.Texts(keys), "must not contain duplicate entries"));
            }
        }
    }

    private static void CheckMissing(JSONSchemaProps list, JSONSchemaProps items, FieldPath path, FieldErrors errors)
    {
        if (items.Nullable)
        {
            errors.Add(FieldError.Forbidden(path.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is " + list.XKubernetesListType));
        }
        foreach (var key in list.XKubernetesListType == "map" ? list.XKubernetesListMapKeys : [])
        {
            if (items.Properties.GetValueOrDefault(key) is not { } property)
            {
                continue;
            }
            var at = path.Child("properties").Key(key);
            if (!items.Required.Contains(key) && property.Default is null)
            {
                errors.Add(FieldError.Required(at.Child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }
            if (property.Nullable)
            {
                errors.Add(FieldError.Forbidden(at.Child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            }
        }
    }
}
