using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.ApiExtensions;

/// <summary>What holds for one version of a custom resource.</summary>
internal static class VersionValidation
{
    private const int MaximumWarning = 256;
    private const int MaximumSelectableFields = 8;

    private static readonly ImmutableArray<string> ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly ImmutableArray<string> ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static void Check(CustomResourceDefinitionVersion version, SharedParts shared, FieldPath path, FieldErrors errors)
    {
        CheckWarning(version, path.Child("deprecationWarning"), errors);
        if (!shared.HasSchema)
        {
            SchemaValidation.Check(version.Schema, version.Subresources?.Status is not null, path.Child("schema"), errors);
        }
        if (!shared.HasSubresources)
        {
            CheckSubresources(version.Subresources, path.Child("subresources"), errors);
        }
        if (!shared.HasColumns)
        {
            CheckColumns(version.AdditionalPrinterColumns, path.Child("additionalPrinterColumns"), errors);
        }
        if (!shared.HasSelectableFields)
        {
            CheckSelectableFields(version, path.Child("selectableFields"), errors);
        }
    }

    public static void CheckSubresources(CustomResourceSubresources? subresources, FieldPath path, FieldErrors errors)
    {
        if (subresources?.Scale is not { } scale)
        {
            return;
        }
        CheckReplicas(scale.SpecReplicasPath, ".spec.", "should be a json path under .spec", path.Child("scale.specReplicasPath"), errors);
        CheckReplicas(scale.StatusReplicasPath, ".status.", "should be a json path under .status", path.Child("scale.statusReplicasPath"), errors);
        if (scale.LabelSelectorPath is { Length: > 0 } selector && CheckSimplePath(selector, path.Child("scale.labelSelectorPath"), errors)
            && !selector.StartsWith(".spec.", StringComparison.Ordinal) && !selector.StartsWith(".status.", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path.Child("scale.labelSelectorPath"), selector, "should be a json path under either .spec or .status"));
        }
    }

    public static void CheckColumns(ValueList<CustomResourceColumnDefinition> columns, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            CheckColumn(columns[i], path.Index(i), errors);
        }
    }

    public static void CheckSelectableFields(CustomResourceDefinitionVersion version, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < version.SelectableFields.Count; i++)
        {
            var (field, at) = (version.SelectableFields[i].JsonPath, path.Index(i).Child("jsonPath"));
            if (field.Length == 0)
            {
                errors.Add(FieldError.Required(at));
                continue;
            }
            if (version.Schema?.OpenAPIV3Schema is not { } root)
            {
                continue;
            }
            if (SchemaFieldPath.Find(root, field, allowsBrackets: false, out var schema, out var problem) is not { } steps)
            {
                errors.Add(FieldError.Invalid(at, field, $"is an invalid path: {problem}"));
                continue;
            }
            if (steps[0].Name == "metadata")
            {
                errors.Add(FieldError.Invalid(at, field, "must not point to fields in metadata"));
            }
            if (schema?.Type is not ("string" or "boolean" or "integer"))
            {
                errors.Add(FieldError.Invalid(at, field, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."));
            }
            if (!seen.Add(field))
            {
                errors.Add(FieldError.Duplicate(at, field));
            }
        }
        if (seen.Count > MaximumSelectableFields)
        {
            errors.Add(FieldError.TooMany(path, seen.Count, MaximumSelectableFields));
        }
    }

    private static void CheckWarning(CustomResourceDefinitionVersion version, FieldPath path, FieldErrors errors)
    {
        if (version.DeprecationWarning is not { } warning)
        {
            return;
        }
        if (!version.Deprecated)
        {
            errors.Add(FieldError.Invalid(path, warning, "can only be set for deprecated versions"));
            return;
        }
        if (System.Text.Encoding.UTF8.GetByteCount(warning) > MaximumWarning)
        {
            errors.Add(FieldError.Invalid(path, warning, $"must be <= {MaximumWarning} characters long"));
        }
        if (warning.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, warning, "must not be an empty string"));
        }
        var index = 0;
        foreach (var rune in warning.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                errors.Add(FieldError.Invalid(path, warning, $"must only contain printable UTF-8 characters; non-printable character found at index {index}"));
                break;
            }
            index += rune.Utf8SequenceLength;
        }
    }

    // Letters, marks, numbers, punctuation, symbols, and the space of ASCII.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void CheckColumn(CustomResourceColumnDefinition column, FieldPath path, FieldErrors errors)
    {
        _ = errors.Require(path, "name", column.Name);
        var types = $"must be one of {string.Join(',', ColumnTypes)}";
        if (errors.Require(path, "type", column.Type, types) && !ColumnTypes.Contains(column.Type))
        {
            errors.Add(FieldError.Invalid(path.Child("type"), column.Type, types));
        }
        if (column.Format.Length > 0 && !ColumnFormats.Contains(column.Format))
        {
            errors.Add(FieldError.Invalid(path.Child("format"), column.Format, $"must be one of {string.Join(',', ColumnFormats)}"));
        }
        if (errors.Require(path, "JSONPath", column.JsonPath))
        {
            _ = CheckSimplePath(column.JsonPath, path.Child("JSONPath"), errors);
        }
    }

    private static void CheckReplicas(string text, string prefix, string expected, FieldPath path, FieldErrors errors)
    {
        if (text.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (CheckSimplePath(text, path, errors) && !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path, text, expected));
        }
    }

    private static bool CheckSimplePath(string text, FieldPath path, FieldErrors errors)
    {
        if (text.StartsWith('.'))
        {
            return true;
        }
        errors.Add(FieldError.Invalid(path, text, "must be a simple json path starting with ."));
        return false;
    }
}
