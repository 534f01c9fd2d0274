using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>What holds for the schema of a version: it is structural, its defaults hold, and it says nothing that is not supported.</summary>
internal static class SchemaValidation
{
    private const string AllowedAtRoot = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

    public static void Check(CustomResourceValidation? validation, bool hasStatus, FieldPath path, FieldErrors errors)
    {
        if (validation?.OpenAPIV3Schema is not { } schema)
        {
            return;
        }
        var root = path.Child("openAPIV3Schema");
        if (hasStatus)
        {
            CheckRootWithStatus(schema, root, errors);
        }
        if (schema.Nullable)
        {
            errors.Add(FieldError.Forbidden(path.Child("openAPIV3Schema.nullable"), "nullable cannot be true at the root"));
        }
        var structural = new FieldErrors();
        if (SchemaBounds.Check(schema, root, structural))
        {
            StructuralValidation.Check(schema, root, structural);
        }
        foreach (var error in structural.ToImmutable().OrderBy(error => error.ToString(), StringComparer.Ordinal))
        {
            errors.Add(error);
        }
        if (structural.Count == 0)
        {
            DefaultValidation.Check(StructuralSchema.Of(schema), root, errors);
        }
        SchemaFieldValidation.Check(schema, root, SchemaPlace.Root, errors);
    }

    private static void CheckRootWithStatus(JSONSchemaProps schema, FieldPath root, FieldErrors errors)
    {
        if (schema.Type.Length > 0 && schema.Type != "object")
        {
            errors.Add(FieldError.Invalid(root.Child("type"), schema.Type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
            return;
        }
        var others = schema with
        {
            Description = "",
            Type = "",
            Format = "",
            Title = "",
            Maximum = null,
            ExclusiveMaximum = false,
            Minimum = null,
            ExclusiveMinimum = false,
            MaxLength = null,
            MinLength = null,
            Pattern = "",
            MaxItems = null,
            MinItems = null,
            UniqueItems = false,
            MultipleOf = null,
            Required = [],
            Items = null,
            Properties = default,
            ExternalDocs = null,
            Example = null,
            XKubernetesPreserveUnknownFields = null,
            XKubernetesValidations = [],
            Nullable = false,
        };
        if (others != JSONSchemaProps.Empty)
        {
            errors.Add(FieldError.InvalidJson(root, ModelJson.ToText(schema),
                $"only {AllowedAtRoot} fields are allowed at the root of the schema if the status subresource is enabled"));
        }
    }
}

/// <summary>A bound on how large a schema may be, for everything that walks over it.</summary>
internal static class SchemaBounds
{
    private const int MaximumDepth = 100;
    private const int MaximumNodes = 100_000;

    public static bool Check(JSONSchemaProps schema, FieldPath path, FieldErrors errors)
    {
        var nodes = 0;
        if (Fits(schema, 0, ref nodes))
        {
            return true;
        }
        errors.Add(FieldError.Forbidden(path, $"a schema may have at most {MaximumNodes} parts, nested at most {MaximumDepth} deep"));
        return false;
    }

    private static bool Fits(JSONSchemaProps schema, int depth, ref int nodes)
    {
        if (depth > MaximumDepth || ++nodes > MaximumNodes)
        {
            return false;
        }
        foreach (var part in SchemaParts.Of(schema))
        {
            if (!Fits(part, depth + 1, ref nodes))
            {
                return false;
            }
        }
        return true;
    }
}
