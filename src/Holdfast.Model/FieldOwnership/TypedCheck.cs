using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// Says where an applied configuration does not have the shape of its kind, in the words of Kubernetes' merge library
/// (structured-merge-diff, <c>typed/validate.go</c>), which reads it before anything else does. A pure function.
/// </summary>
public static class TypedCheck
{
    private const int MaximumProblems = 100;
    private const int MaximumShown = 256;

    /// <summary>The problems, each with its path; none when the configuration has the shape.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="schema">The kind's shape.</param>
    public static ImmutableArray<string> Problems(JsonElement configuration, TypeSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var problems = ImmutableArray.CreateBuilder<string>();
        Fields(configuration, schema, "", problems);
        return problems.ToImmutable();
    }

    /// <summary>Several problems as one text.</summary>
    /// <param name="problems">The problems.</param>
    public static string Join(ImmutableArray<string> problems) =>
        problems.Length == 1 ? problems[0] : "errors:" + string.Concat(problems.Select(problem => "\n  " + problem));

    private static void Fields(JsonElement value, TypeSchema type, string path, ImmutableArray<string>.Builder problems)
    {
        if (type.IsUnion || value.ValueKind == JsonValueKind.Null)
            return;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Add(problems, path, $"expected map, got &{{{Shown(value)}}}");
            return;
        }
        foreach (var member in value.EnumerateObject())
        {
            var at = path + PathElement.Show(PathElement.Field(member.Name));
            if (type.Find(member.Name) is { } field)
                Value(member.Value, field.Shape, field, at, problems);
            else if (type.OtherFields is { } other)
                Value(member.Value, other, null, at, problems);
            else
                Add(problems, at, "field not declared in schema");
        }
    }

    private static void Value(JsonElement value, Shape shape, FieldSchema? field, string path, ImmutableArray<string>.Builder problems)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return;
        switch (shape.Kind)
        {
            case ShapeKind.Object:
                Fields(value, shape.Type!, path, problems);
                break;
            case ShapeKind.List:
                List(value, shape, field, path, problems);
                break;
            case ShapeKind.Map when value.ValueKind != JsonValueKind.Object:
                Add(problems, path, $"expected map, got &{{{Shown(value)}}}");
                break;
            case ShapeKind.Map:
                foreach (var member in value.EnumerateObject())
                    Value(member.Value, shape.Element!, shape.Values, path + PathElement.Show(PathElement.Field(member.Name)), problems);
                break;
            default:
                if (ScalarProblem(value, shape.Kind) is { } problem)
                    Add(problems, path, problem);
                break;
        }
    }

    private static void List(JsonElement value, Shape shape, FieldSchema? field, string path, ImmutableArray<string>.Builder problems)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(problems, path, $"expected list, got &{{{Shown(value)}}}");
            return;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var hasKeys = field?.ListKind == ListKind.Map && item.ValueKind == JsonValueKind.Object;
            var element = hasKeys ? PathElement.OfItem(item, field!) : null;
            Value(item, shape.Element!, null, path + PathElement.Show(element ?? $"i:{index}"), problems);
            index++;
        }
    }

    private static string? ScalarProblem(JsonElement value, ShapeKind kind)
    {
        var isScalar = value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
        return kind switch
        {
            ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.Double when value.ValueKind != JsonValueKind.Number =>
                $"expected numeric (int or float), got {TypeOf(value)}",
            ShapeKind.String or ShapeKind.Bytes when value.ValueKind != JsonValueKind.String =>
                $"expected string, got &value.valueUnstructured{{Value:{Shown(value)}}}",
            ShapeKind.Boolean when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) => $"expected boolean, got &{{{Shown(value)}}}",
            ShapeKind.IntOrString or ShapeKind.Quantity when !isScalar => $"expected any scalar, got &{{{Shown(value)}}}",
            _ => null,
        };
    }

    // As Go names the type that JSON is read into.
    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        _ => "bool",
    };

    // As Go prints such a value.
    private static string Shown(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Object => $"map[{string.Join(' ', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Take(16).Select(member => $"{member.Name}:{Shown(member.Value)}"))}]",
            JsonValueKind.Array => $"[{string.Join(' ', value.EnumerateArray().Take(16).Select(Shown))}]",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "<nil>",
            _ => value.GetRawText(),
        };
        return text.Length <= MaximumShown ? text : text[..MaximumShown] + " ...";
    }

    private static void Add(ImmutableArray<string>.Builder problems, string path, string problem)
    {
        if (problems.Count < MaximumProblems)
            problems.Add(path.Length == 0 ? problem : $"{path}: {problem}");
    }
}
