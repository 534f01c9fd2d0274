using System.Text.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>Lists of the types set and map hold each item, or each key, once.</summary>
public static class ListTypeValidation
{
    /// <summary>Checks all lists of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where it is; null for the object itself.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(JsonElement value, StructuralSchema? schema, FieldPath? path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (schema is null)
        {
            return;
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                var below = schema.Properties.GetValueOrDefault(member.Name) ?? schema.AdditionalProperties;
                Check(member.Value, below, path?.Child(member.Name) ?? FieldPath.Root(member.Name), errors);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && path is not null)
        {
            CheckList(value, schema, path, errors);
        }
    }

    private static void CheckList(JsonElement list, StructuralSchema schema, FieldPath path, FieldErrors errors)
    {
        var seen = schema.ListType is "set" or "map" ? new HashSet<string>(StringComparer.Ordinal) : null;
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = path.Index(index++);
            var key = schema.ListType == "map" ? ListKeys.Of(item, schema) : item.GetRawText();
            if (seen is not null && key is not null && !seen.Add(key))
            {
                errors.Add(FieldError.DuplicateJson(at, key));
            }
            Check(item, schema.Items, at, errors);
        }
    }
}
