using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>Whether defaults are values that their own schema takes.</summary>
internal static class DefaultValidation
{
    public static void Check(StructuralSchema schema, FieldPath path, FieldErrors errors) => CheckBelow(schema, path, errors, isRoot: true);

    private static void CheckBelow(StructuralSchema schema, FieldPath path, FieldErrors errors, bool isRoot)
    {
        if (schema.Default is { } value)
        {
            CheckValue(value, schema, path.Child("default"), errors);
        }
        if (schema.Items is { } items)
        {
            CheckBelow(items, path.Child("items"), errors, isRoot: false);
        }
        foreach (var name in schema.PropertyNames)
        {
            if (!(isRoot || schema.IsEmbeddedResource) || name is not ("apiVersion" or "kind" or "metadata"))
            {
                CheckBelow(schema.Properties[name], path.Child("properties").Key(name), errors, isRoot: false);
            }
        }
    }

    private static void CheckValue(JsonElement value, StructuralSchema schema, FieldPath path, FieldErrors errors)
    {
        var issues = new DecodeIssues();
        try
        {
            _ = ModelJson.ToBytes(writer => new SchemaFilter(issues, fillsDefaults: false).Write(writer, value, schema));
        }
        catch (ModelDecodeException problem)
        {
            errors.Add(FieldError.InvalidJson(path, value.GetRawText(), problem.Message));
            return;
        }
        if (issues.UnknownFields.Count > 0)
        {
            errors.Add(FieldError.InvalidJson(path, value.GetRawText(), "must not have unknown fields"));
        }
        var problems = errors.Count;
        EmbeddedResourceValidation.Check(value, schema, path, errors);
        if (errors.Count > problems)
        {
            return;
        }
        new ValueValidation(errors).Check(value, default, schema, path);
        ListTypeValidation.Check(value, schema, path, errors);
    }
}
