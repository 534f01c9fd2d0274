using System.Text;

namespace Holdfast.ModelGenerator;

/// <summary>The reference page of a custom kind: every field with its type, its default, what it may be, and what it means.</summary>
/// <param name="kind">The kind.</param>
/// <param name="home">The file that it stands in.</param>
public sealed class ReferencePage(TypeData kind, KindsFile home)
{
    private readonly StringBuilder _page = new();

    /// <summary>Writes the page.</summary>
    public string Generate()
    {
        Line($"# {kind.Name}");
        Line("");
        Line($"{kind.Description} `{home.Group}/{home.Version}`, {(kind.IsNamespaced ? "namespaced" : "cluster-wide")}, also `{string.Join("`, `", kind.ShortNames.Prepend(kind.Plural!))}` on the command line.");
        Line("");
        Line("This page is written by `build/Holdfast.ModelGenerator` from `src/Holdfast.Model/Schema/Holdfast.kinds`; a test fails when it is out of date.");
        foreach (var type in Reached())
        {
            Type(type);
        }
        return _page.ToString();
    }

    /// <summary>The kind and every type of its file that it is made of, in the order in which they are met.</summary>
    private List<TypeData> Reached()
    {
        var reached = new List<TypeData> { kind };
        for (var at = 0; at < reached.Count; at++)
        {
            reached.AddRange(reached[at].Fields.Select(field => Find(field.Type)).OfType<TypeData>().Where(type => !reached.Contains(type)).Distinct().ToList());
        }
        return reached;
    }

    private void Type(TypeData type)
    {
        Line("");
        Line($"## {type.Name}");
        Line("");
        if (type != kind)
        {
            Line(type.Description);
            Line("");
        }
        Line("| field | type | default | meaning |");
        Line("|---|---|---|---|");
        foreach (var field in type.Fields)
        {
            var required = field.Attributes.Contains("required") ? "required" : field.Attribute("default") is { } value && value != "{}" ? $"`{value}`" : "";
            Line($"| `{field.Name}` | {Shown(field.Type)} | {required} | {Escaped(field.Description)}{Bounds(field)} |");
        }
    }

    private string Shown(string type) => type.StartsWith("[]", StringComparison.Ordinal) ? $"list of {Shown(type[2..])}"
        : type.StartsWith("map:", StringComparison.Ordinal) ? $"map of {Shown(type[4..])}"
        : Find(type) is { } own ? $"[{own.Name}](#{own.Name.ToLowerInvariant()})"
        : type switch
        {
            "int32" or "int64" => "integer",
            "double" => "number",
            "bool" => "boolean",
            "intOrString" => "integer or string",
            "microTime" => "time",
            _ => type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..],
        };

    private static string Bounds(FieldData field)
    {
        var words = new List<string>();
        Add(words, field, "enum", value => $"one of `{value.Replace(",", "`, `", StringComparison.Ordinal)}`");
        Add(words, field, "min", value => $"at least {value}");
        Add(words, field, "max", value => $"at most {value}");
        Add(words, field, "max-length", value => $"at most {value} characters");
        Add(words, field, "min-items", value => $"at least {value} entries");
        Add(words, field, "max-items", value => $"at most {value} entries");
        Add(words, field, "max-properties", value => $"at most {value} entries");
        Add(words, field, "format", value => $"a {value} such as `30s` or `1h30m`");
        return words.Count == 0 ? "" : $" ({string.Join(", ", words)})";
    }

    private static void Add(List<string> words, FieldData field, string attribute, Func<string, string> say)
    {
        if (field.Attribute(attribute) is { } value)
        {
            words.Add(say(value));
        }
    }

    private TypeData? Find(string type)
    {
        var name = type.StartsWith("[]", StringComparison.Ordinal) ? type[2..] : type.StartsWith("map:", StringComparison.Ordinal) ? type[4..] : type;
        return home.Types.FirstOrDefault(each => each.Name == name);
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private void Line(string text) => _page.Append(text).Append('\n');
}
