using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>Whether a schema is structural: every value has a type, and combinations of schemas only restrict what stands outside of them.</summary>
internal static class StructuralValidation
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    public static void Check(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        CheckInvariants(schema, Level.Root, path, errors);
        StructuralCompleteness.Check(schema, path, errors);
    }

    private static void CheckInvariants(JSONSchemaProps schema, Level level, FieldPath path, FieldErrors errors)
    {
        if (schema is { Type: "array", Items: null })
        {
            errors.Add(FieldError.Required(path.Child("items"), "must be specified"));
        }
        if (schema.Items?.Schema is { } items)
        {
            CheckInvariants(items, Level.Item, path.Child("items"), errors);
        }
        foreach (var (name, property) in schema.Properties)
        {
            CheckInvariants(property, Level.Field, path.Child("properties").Key(name), errors);
        }
        if (schema.AdditionalProperties is { } additional)
        {
            if (level == Level.Root)
            {
                errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used at the root"));
            }
            if (additional.Schema is { } values)
            {
                CheckInvariants(values, Level.Field, path.Child("additionalProperties"), errors);
            }
        }
        CheckExtensions(schema, path, errors);
        CheckValues(schema, IsIntOrString(schema.AnyOf), schema.AllOf.Count > 0 && IsIntOrString(schema.AllOf[0].AnyOf), path, errors);
        CheckType(schema, level, path, errors);
        CheckMetadata(schema, level, path, errors);
    }

    private static void CheckExtensions(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        if (schema is { XKubernetesIntOrString: true, XKubernetesPreserveUnknownFields: true })
        {
            errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-preserve-unknown-fields"), "true", "must be false if x-kubernetes-int-or-string is true"));
        }
        if (schema is { XKubernetesIntOrString: true, XKubernetesEmbeddedResource: true })
        {
            errors.Add(FieldError.InvalidJson(path.Child("x-kubernetes-embedded-resource"), "true", "must be false if x-kubernetes-int-or-string is true"));
        }
    }

    private static void CheckType(JSONSchemaProps schema, Level level, FieldPath path, FieldErrors errors)
    {
        const string Embedded = "must be object if x-kubernetes-embedded-resource is true";
        if (schema.XKubernetesEmbeddedResource && schema.Type != "object")
        {
            errors.Add(schema.Type.Length == 0
                ? FieldError.Required(path.Child("type"), Embedded)
                : FieldError.Invalid(path.Child("type"), schema.Type, Embedded));
        }
        else if (schema is { Type.Length: 0, XKubernetesIntOrString: false, XKubernetesPreserveUnknownFields: not true })
        {
            errors.Add(FieldError.Required(path.Child("type"), level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        }
        if (schema is { XKubernetesEmbeddedResource: true, AdditionalProperties: not null })
        {
            errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
        }
        if (level == Level.Root && schema.Type.Length > 0 && schema.Type != "object")
        {
            errors.Add(FieldError.Invalid(path.Child("type"), schema.Type, "must be object at the root"));
        }
    }

    private static void CheckMetadata(JSONSchemaProps schema, Level level, FieldPath path, FieldErrors errors)
    {
        var isObject = level == Level.Root || schema.XKubernetesEmbeddedResource;
        foreach (var name in (string[])["kind", "apiVersion"])
        {
            if (isObject && schema.Properties.GetValueOrDefault(name) is { } text && text.Type != "string")
            {
                errors.Add(FieldError.Invalid(path.Child("properties").Key(name).Child("type"), text.Type, "must be string"));
            }
        }
        if (isObject && schema.Properties.GetValueOrDefault("metadata") is { } metadata)
        {
            var at = path.Child("properties").Key("metadata");
            if (metadata.Type != "object")
            {
                errors.Add(FieldError.Invalid(at.Child("type"), metadata.Type, "must be object"));
            }
            if (level == Level.Root && !RestrictsNamesAlone(metadata))
            {
                errors.Add(FieldError.Forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
            }
        }
        if (schema is { XKubernetesEmbeddedResource: true, XKubernetesPreserveUnknownFields: not true, Properties.IsEmpty: true })
        {
            errors.Add(FieldError.Required(path.Child("properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }
    }

    private static bool RestrictsNamesAlone(JSONSchemaProps metadata)
    {
        var isNamed = metadata.Properties.Keys.All(name => name is "name" or "generateName");
        return isNamed && metadata with { Properties = default, Type = "", Default = null } == JSONSchemaProps.Empty;
    }

    private static bool IsIntOrString(Values.ValueList<JSONSchemaProps> alternatives) => alternatives.Count == 2
        && alternatives[0] == JSONSchemaProps.Empty with { Type = "integer" } && alternatives[1] == JSONSchemaProps.Empty with { Type = "string" };

    private static void CheckValues(JSONSchemaProps schema, bool skipsAnyOf, bool skipsFirstAllOf, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < schema.AnyOf.Count && !skipsAnyOf; i++)
        {
            CheckNested(schema.AnyOf[i], false, path.Child("anyOf").Index(i), errors);
        }
        for (var i = 0; i < schema.AllOf.Count; i++)
        {
            CheckNested(schema.AllOf[i], skipsFirstAllOf && i == 0, path.Child("allOf").Index(i), errors);
        }
        for (var i = 0; i < schema.OneOf.Count; i++)
        {
            CheckNested(schema.OneOf[i], false, path.Child("oneOf").Index(i), errors);
        }
        if (schema.Not is { } not)
        {
            CheckNested(not, false, path.Child("not"), errors);
        }
        if (schema.Pattern.Length > 0 && !GoPattern.TryCompile(schema.Pattern, out _, out var problem))
        {
            errors.Add(FieldError.Invalid(path.Child("pattern"), schema.Pattern, $"must be a valid regular expression, but isn't: {problem}"));
        }
    }

    private static void CheckNested(JSONSchemaProps schema, bool skipsAnyOf, FieldPath path, FieldErrors errors)
    {
        CheckValues(schema, skipsAnyOf, false, path, errors);
        if (schema.Items?.Schema is { } items)
        {
            CheckNested(items, false, path.Child("items"), errors);
        }
        foreach (var (name, property) in schema.Properties)
        {
            CheckNested(property, false, path.Child("properties").Key(name), errors);
        }
        foreach (var (field, isSet, words) in NotInCombinations(schema))
        {
            if (isSet)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), $"must be {words} to be structural"));
            }
        }
        if (schema.Properties.ContainsKey("metadata"))
        {
            errors.Add(FieldError.Forbidden(path.Child("properties").Key("metadata"), "must not be specified in a nested context"));
        }
    }

    private static (string Field, bool IsSet, string Words)[] NotInCombinations(JSONSchemaProps schema) =>
    [
        ("type", schema.Type.Length > 0, "empty"),
        ("additionalProperties", schema.AdditionalProperties is not null, "undefined"),
        ("default", schema.Default is not null, "undefined"),
        ("title", schema.Title.Length > 0, "empty"),
        ("description", schema.Description.Length > 0, "empty"),
        ("nullable", schema.Nullable, "false"),
        ("externalDocs", schema.ExternalDocs is not null, "undefined"),
        ("x-kubernetes-preserve-unknown-fields", schema.XKubernetesPreserveUnknownFields == true, "false"),
        ("x-kubernetes-embedded-resource", schema.XKubernetesEmbeddedResource, "false"),
        ("x-kubernetes-int-or-string", schema.XKubernetesIntOrString, "false"),
        ("x-kubernetes-list-map-keys", !schema.XKubernetesListMapKeys.IsEmpty, "empty"),
        ("x-kubernetes-list-type", schema.XKubernetesListType is not null, "undefined"),
        ("x-kubernetes-map-type", schema.XKubernetesMapType is not null, "undefined"),
        ("x-kubernetes-validations", !schema.XKubernetesValidations.IsEmpty, "empty"),
    ];
}

/// <summary>Whether everything that combinations of schemas speak of also stands outside of them.</summary>
internal static class StructuralCompleteness
{
    public static void Check(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        CheckValues(schema, schema, path, path, errors);
        if (schema.Items?.Schema is { } items)
        {
            Check(items, path.Child("items"), errors);
        }
        foreach (var (name, property) in schema.Properties)
        {
            Check(property, path.Child("properties").Key(name), errors);
        }
        if (schema.AdditionalProperties?.Schema is { } values)
        {
            Check(values, path.Child("additionalProperties"), errors);
        }
    }

    private static void CheckValues(JSONSchemaProps values, JSONSchemaProps? outside, FieldPath path, FieldPath at, FieldErrors errors)
    {
        for (var i = 0; i < values.AllOf.Count; i++)
        {
            CheckNested(values.AllOf[i], outside, path, at.Child("allOf").Index(i), errors);
        }
        for (var i = 0; i < values.AnyOf.Count; i++)
        {
            CheckNested(values.AnyOf[i], outside, path, at.Child("anyOf").Index(i), errors);
        }
        for (var i = 0; i < values.OneOf.Count; i++)
        {
            CheckNested(values.OneOf[i], outside, path, at.Child("oneOf").Index(i), errors);
        }
        if (values.Not is { } not)
        {
            CheckNested(not, outside, path, at.Child("not"), errors);
        }
    }

    private static void CheckNested(JSONSchemaProps nested, JSONSchemaProps? outside, FieldPath path, FieldPath at, FieldErrors errors)
    {
        if (outside is null)
        {
            errors.Add(FieldError.Required(path, $"because it is defined in {at}"));
            return;
        }
        CheckValues(nested, outside, path, at, errors);
        if (nested.Items?.Schema is { } items)
        {
            CheckNested(items, outside.Items?.Schema, path.Child("items"), at.Child("items"), errors);
        }
        foreach (var (name, property) in nested.Properties)
        {
            CheckNested(property, outside.Properties.GetValueOrDefault(name), path.Child("properties").Key(name), at.Child("properties").Key(name), errors);
        }
    }
}
