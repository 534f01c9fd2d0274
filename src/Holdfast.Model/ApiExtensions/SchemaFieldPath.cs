using System.Collections.Immutable;

namespace Holdfast.Model.ApiExtensions;

/// <summary>A path by which a rule names the field it is about: <c>.spec.size</c>, <c>['a.b'].c</c>.</summary>
public static class SchemaFieldPath
{
    /// <summary>The names of a path's steps; null when it is no path, or leads to nothing that the schema has.</summary>
    /// <param name="schema">The schema from which the path leads.</param>
    /// <param name="text">The path.</param>
    public static ImmutableArray<string>? Find(JSONSchemaProps schema, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        JSONSchemaProps? at = schema;
        var names = ImmutableArray.CreateBuilder<string>();
        for (var start = 0; start < text.Length;)
        {
            if (NextName(text, ref start) is not { } name || at is null)
            {
                return null;
            }
            at = at.Properties.GetValueOrDefault(name) ?? at.AdditionalProperties?.Schema;
            if (at is null)
            {
                return null;
            }
            names.Add(name);
        }
        return names.Count > 0 ? names.ToImmutable() : null;
    }

    private static string? NextName(string text, ref int start)
    {
        if (text[start] == '.')
        {
            var from = start + 1;
            var end = text.AsSpan(from).IndexOfAny('.', '[');
            start = end < 0 ? text.Length : from + end;
            return start > from ? text[from..start] : null;
        }
        if (text.AsSpan(start).StartsWith("['") && text.IndexOf("']", start, StringComparison.Ordinal) is > 0 and var close)
        {
            var name = text[(start + 2)..close];
            start = close + 2;
            return name;
        }
        return null;
    }
}
