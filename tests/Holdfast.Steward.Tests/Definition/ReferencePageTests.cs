using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Tests.Definition;

/// <summary>
/// docs/steward.md names every field with its type, default, bounds and meaning, as the definition has them. Its tables are written anew with
/// HOLDFAST_REWRITE_TRANSCRIPTS=1.
/// </summary>
public sealed class ReferencePageTests
{
    private const string Begin = "<!-- fields: from the definition, see ReferencePageTests -->";
    private const string End = "<!-- end of fields -->";

    // They are the same wherever they stand, and are shown once, where members are observed.

    private static readonly string[] Actions = ["drain", "joinLearner", "joinVoter", "promote", "remove", "transferLeadership"];

    [Fact]
    public void The_page_names_every_field_as_the_definition_has_it()
    {
        var path = PagePath();
        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin > Begin.Length && end > begin, $"docs/steward.md has no place for fields: {Begin} … {End}");
        var wanted = "\n\n" + Tables() + "\n";
        if (Environment.GetEnvironmentVariable("HOLDFAST_REWRITE_TRANSCRIPTS") == "1")
            File.WriteAllText(path, string.Concat(page.AsSpan(0, begin), wanted, page.AsSpan(end)));
        else
            Assert.Equal(wanted, page[begin..end]);
    }

    [Fact]
    public void The_page_names_every_condition_preset_and_variable()
    {
        var page = File.ReadAllText(PagePath());
        foreach (var word in new[] { "Ready", "Reconciling", "Stalled", "Observed", "QuorumSafe", "SplitBrain", "RolloutProgressing", "BackupFresh" }
            .Concat(Holdfast.Steward.Presets.Preset.Names).Concat(Holdfast.Steward.Actions.MemberFields.Names).Concat(["member", "leader", "candidate", "set", "seen", "response"]))
            Assert.Contains($"`{word}`", page, StringComparison.Ordinal);
    }

    private static string Tables()
    {
        using var definition = JsonDocument.Parse(YamlJson.Convert(StewardDefinition.Yaml()));
        var schema = definition.RootElement.GetProperty("spec").GetProperty("versions")[0].GetProperty("schema").GetProperty("openAPIV3Schema").GetProperty("properties");
        return $"### Spec\n\n{Table(schema.GetProperty("spec"), "spec")}\n### Status\n\n{Table(schema.GetProperty("status"), "status")}";
    }

    private static string Table(JsonElement schema, string path)
    {
        var text = new StringBuilder("| field | type | default | meaning |\n|---|---|---|---|\n");
        Rows(text, schema, path);
        return text.ToString();
    }

    private static void Rows(StringBuilder text, JsonElement schema, string path)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet() : [];
        foreach (var field in schema.GetProperty("properties").EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            var here = $"{path}.{field.Name}";
            var isAction = path == "spec.member" && Actions.Contains(field.Name);
            var type = isAction ? "an action, as `spec.member.observe.calls[]`" : TypeOf(field.Value);
            var usual = field.Value.TryGetProperty("default", out var given) && given.ValueKind != JsonValueKind.Object ? $"`{(given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText())}`" : required.Contains(field.Name) ? "required" : "";
            text.Append(CultureInfo.InvariantCulture, $"| `{here}` | {type} | {usual} | {Escaped(field.Value.GetProperty("description").GetString()!)} |\n");
            if (!isAction)
                Inner(text, field.Value, here);
        }
    }

    private static void Inner(StringBuilder text, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("properties", out _))
            Rows(text, schema, path);
        else if (schema.TryGetProperty("items", out var items) && items.TryGetProperty("properties", out _))
            Rows(text, items, path + "[]");
    }

    private static string TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("x-kubernetes-int-or-string", out _))
            return "number or text";
        if (schema.TryGetProperty("additionalProperties", out _))
            return "map of texts" + Bounds(schema);
        if (schema.TryGetProperty("enum", out var known))
            return string.Join(", ", known.EnumerateArray().Select(value => $"`{value}`"));
        var type = schema.GetProperty("type").GetString();
        return type switch
        {
            "array" => "list of " + (schema.GetProperty("items").GetProperty("type").GetString() switch { "object" => "objects", "string" => "texts", _ => "numbers" }) + Bounds(schema),
            "string" when schema.TryGetProperty("format", out var format) => format.GetString() == "date-time" ? "time" : format.GetString()!,
            "string" when schema.TryGetProperty("pattern", out var pattern) && pattern.GetString()!.Contains("(ms|s|m|h)", StringComparison.Ordinal) => "span of time",
            "string" => "text" + Bounds(schema),
            "integer" or "number" => "number" + Bounds(schema),
            "boolean" => "true or false",
            _ => "object",
        };
    }

    private static string Bounds(JsonElement schema)
    {
        var bounds = new List<string>();
        foreach (var (name, words) in new[] { ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"), ("minItems", "at least"), ("maxItems", "at most"), ("maxProperties", "at most") })
        {
            if (schema.TryGetProperty(name, out var bound))
                bounds.Add($"{words} {bound}");
        }
        return bounds.Count == 0 ? "" : $" ({string.Join(", ", bounds)})";
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string PagePath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
                return Path.Combine(folder.FullName, "docs", "steward.md");
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Holdfast.slnx");
    }
}
