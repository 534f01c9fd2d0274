using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// Checks values against their schema, with the words of Kubernetes' OpenAPI validation. On an update, a value that is as
/// it was is not checked again, so that an object that a newer schema would refuse can still be changed elsewhere.
/// </summary>
/// <param name="errors">Where problems go.</param>
public sealed class ValueValidation(FieldErrors errors)
{
    private int _visited;

    /// <summary>Checks a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="old">The same value before the update; undefined when there was none.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where it is; null for the object itself.</param>
    public void Check(JsonElement value, JsonElement old, StructuralSchema schema, FieldPath? path)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _visited++;
        if (old.ValueKind != JsonValueKind.Undefined && JsonElement.DeepEquals(value, old))
        {
            return;
        }
        if (value.ValueKind == JsonValueKind.Null)
        {
            CheckNull(schema, path);
            return;
        }
        CheckType(value, schema, path);
        CheckCombinations(value, schema, path);
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                CheckText(value, schema, path);
                break;
            case JsonValueKind.Number:
                CheckNumber(value, schema, path);
                break;
            case JsonValueKind.Array:
                CheckItems(value, old, schema, path);
                break;
            default:
                break;
        }
        CheckEnum(value, schema, path);
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckMembers(value, old, schema, path);
        }
    }

    private static string Name(FieldPath? path) => path?.ToString() ?? "";

    private static FieldPath Shown(FieldPath? path) => path ?? FieldPath.Root("<nil>");

    private void Invalid(FieldPath? path, string value, string problem) =>
        errors.Add(FieldError.InvalidJson(Shown(path), value, $"{Name(path)} in body {problem}"));

    private void WrongType(FieldPath? path, string expected, string found) => errors.Add(new FieldError(
        FieldErrorType.FieldValueTypeInvalid, Shown(path).ToString(),
        $"Invalid value: {QuotedText.Quote(found)}: {Name(path)} in body must be of type {expected}: {QuotedText.Quote(found)}"));

    private void CheckNull(StructuralSchema schema, FieldPath? path)
    {
        if (schema.IsNullable || (schema.Type.Length == 0 && !schema.IsIntOrString))
        {
            CheckEnumOfNull(schema, path);
            return;
        }
        WrongType(path, schema.IsIntOrString ? "integer,string" : schema.Type, "null");
    }

    private void CheckEnumOfNull(StructuralSchema schema, FieldPath? path)
    {
        if (!schema.Enum.IsEmpty && !schema.Enum.Any(allowed => allowed.ValueKind == JsonValueKind.Null))
        {
            errors.Add(NotSupported(path, "null", schema));
        }
    }

    private void CheckType(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        var found = TypeOf(value);
        if (schema.IsIntOrString)
        {
            if (found is not ("integer" or "string"))
            {
                WrongType(path, "integer,string", found);
            }
            return;
        }
        if (schema.Type.Length > 0 && schema.Type != found && !(schema.Type == "number" && found == "integer"))
        {
            WrongType(path, schema.Type, found);
        }
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) || IsWhole(value.GetDouble()) ? "integer" : "number",
        _ => "null",
    };

    private static bool IsWhole(double number) => double.IsFinite(number) && Math.Floor(number) == number && Math.Abs(number) < 1L << 53;

    private void CheckText(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        var text = value.GetString()!;
        var source = schema.Source;
        if (source.MaxLength is { } most && text.Length > most && Runes(text) > most)
        {
            errors.Add(FieldError.TooLong(Shown(path), (int)most));
        }
        else if (source.MinLength is { } least && Runes(text) < least)
        {
            Invalid(path, QuotedText.Quote(text), $"should be at least {least} chars long");
        }
        else if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            Invalid(path, QuotedText.Quote(text), $"should match '{source.Pattern}'");
        }
        if (source.Format.Length > 0 && !TextValueFormats.Holds(source.Format, text))
        {
            WrongType(path, source.Format, text);
        }
    }

    private static int Runes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }
        return count;
    }

    private void CheckNumber(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        var (number, source, text) = (value.GetDouble(), schema.Source, value.GetRawText());
        if (source.MultipleOf is { } step && step > 0 && !IsMultiple(value, step))
        {
            Invalid(path, text, $"should be a multiple of {Number(step)}");
        }
        if (source.Maximum is { } most && (source.ExclusiveMaximum ? number >= most : number > most))
        {
            Invalid(path, text, $"should be less than {(source.ExclusiveMaximum ? "" : "or equal to ")}{Number(most)}");
        }
        if (source.Minimum is { } least && (source.ExclusiveMinimum ? number <= least : number < least))
        {
            Invalid(path, text, $"should be greater than {(source.ExclusiveMinimum ? "" : "or equal to ")}{Number(least)}");
        }
        var fits = source.Format switch
        {
            "int32" => number is >= int.MinValue and <= int.MaxValue,
            "int64" => value.TryGetInt64(out _) || IsWhole(number),
            "float" => Math.Abs(number) <= float.MaxValue,
            _ => true,
        };
        if (!fits)
        {
            Invalid(path, text, $"must be of type {source.Format}: {QuotedText.Quote(text)}");
        }
    }

    private static bool IsMultiple(JsonElement value, double step)
    {
        if (value.TryGetDecimal(out var number) && step is > 1e-20 and < 1e20)
        {
            return number % (decimal)step == 0;
        }
        var quotient = value.GetDouble() / step;
        return Math.Floor(quotient) == quotient;
    }

    private static string Number(double number) => Math.Floor(number) == number && Math.Abs(number) < 1e21
        ? number.ToString("F0", CultureInfo.InvariantCulture)
        : number.ToString("R", CultureInfo.InvariantCulture);

    private void CheckItems(JsonElement value, JsonElement old, StructuralSchema schema, FieldPath? path)
    {
        var (count, source) = (value.GetArrayLength(), schema.Source);
        var correlation = new ListCorrelation(old, schema);
        if (schema.Items is { } items)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(item, correlation.Find(item), items, Shown(path).Index(index++));
            }
        }
        if (source.MinItems is { } least && count < least)
        {
            Invalid(path, value.GetRawText(), $"should have at least {least} items");
        }
        if (source.MaxItems is { } most && count > most)
        {
            errors.Add(FieldError.TooMany(Shown(path), count, (int)most));
        }
    }

    private void CheckEnum(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        foreach (var allowed in schema.Enum)
        {
            if (JsonElement.DeepEquals(allowed, value))
            {
                return;
            }
        }
        if (!schema.Enum.IsEmpty)
        {
            errors.Add(NotSupported(path, value.ValueKind == JsonValueKind.String ? QuotedText.Quote(value.GetString()!) : value.GetRawText(), schema));
        }
    }

    private static FieldError NotSupported(FieldPath? path, string value, StructuralSchema schema)
    {
        var supported = schema.Enum.Select(allowed => allowed.ValueKind == JsonValueKind.String ? allowed.GetString()! : allowed.GetRawText());
        return new(FieldErrorType.FieldValueNotSupported, Shown(path).ToString(),
            $"Unsupported value: {value}: supported values: {string.Join(", ", supported.Select(QuotedText.Quote))}");
    }

    private void CheckMembers(JsonElement value, JsonElement old, StructuralSchema schema, FieldPath? path)
    {
        var (count, source) = (value.GetPropertyCount(), schema.Source);
        if (source.MinProperties is { } least && count < least)
        {
            Invalid(path, value.GetRawText(), $"should have at least {least} properties");
            return;
        }
        if (source.MaxProperties is { } most && count > most)
        {
            errors.Add(FieldError.TooMany(Shown(path), count, (int)most));
            return;
        }
        foreach (var name in source.Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                errors.Add(FieldError.Required(Child(path, name)));
            }
        }
        foreach (var member in value.EnumerateObject())
        {
            var before = Member(old, member.Name);
            if (schema.Properties.TryGetValue(member.Name, out var property))
            {
                Check(member.Value, before, property, Child(path, member.Name));
            }
            else if (schema.AdditionalProperties is { } values)
            {
                Check(member.Value, before, values, Child(path, member.Name));
            }
        }
    }

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    private static FieldPath Child(FieldPath? path, string name) => path is null ? FieldPath.Root(name) : path.Child(name);

    private void CheckCombinations(JsonElement value, StructuralSchema schema, FieldPath? path)
    {
        if (!schema.AnyOf.IsEmpty)
        {
            var (passed, best) = Try(schema.AnyOf, value, path);
            if (passed == 0)
            {
                Combined($"{QuotedText.Quote(Name(path))} must validate at least one schema (anyOf)", best);
            }
        }
        if (!schema.OneOf.IsEmpty)
        {
            var (passed, best) = Try(schema.OneOf, value, path);
            if (passed != 1)
            {
                var found = passed == 0 ? "Found none valid" : $"Found {passed} valid alternatives";
                Combined($"{QuotedText.Quote(Name(path))} must validate one and only one schema (oneOf). {found}", passed == 0 ? best : null);
            }
        }
        var failed = 0;
        foreach (var part in schema.AllOf)
        {
            var before = errors.Count;
            Check(value, default, part, path);
            failed += errors.Count > before ? 1 : 0;
        }
        if (failed > 0)
        {
            Combined($"{QuotedText.Quote(Name(path))} must validate all the schemas (allOf){(failed == schema.AllOf.Length ? ". None validated" : "")}", null);
        }
        if (schema.Not is { } not && Outcome(not, value, path).Errors.Count == 0)
        {
            Combined($"{QuotedText.Quote(Name(path))} must not validate the schema (not)", null);
        }
    }

    // What goes with the whole of an alternative is told without a field, as upstream does.
    private void Combined(string problem, FieldErrors? best)
    {
        errors.Add(FieldError.InvalidJson(FieldPath.Root("<nil>"), "\"\"", problem));
        foreach (var error in best?.ToImmutable() ?? [])
        {
            errors.Add(error);
        }
    }

    // Of alternatives that all fail, the one that got furthest says why.
    private static (int Passed, FieldErrors? Best) Try(
        ImmutableArray<StructuralSchema> alternatives, JsonElement value, FieldPath? path)
    {
        var passed = 0;
        (FieldErrors Errors, int Visited)? best = null;
        foreach (var alternative in alternatives)
        {
            var outcome = Outcome(alternative, value, path);
            passed += outcome.Errors.Count == 0 ? 1 : 0;
            if (outcome.Errors.Count > 0 && (best is null || outcome.Visited > best.Value.Visited))
            {
                best = outcome;
            }
        }
        return (passed, best?.Errors);
    }

    private static (FieldErrors Errors, int Visited) Outcome(StructuralSchema schema, JsonElement value, FieldPath? path)
    {
        var found = new FieldErrors();
        var validation = new ValueValidation(found);
        validation.Check(value, default, schema, path);
        return (found, validation._visited);
    }
}
