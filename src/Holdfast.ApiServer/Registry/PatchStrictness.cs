using System.Text.Json;
using Holdfast.Client;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.Registry;

/// <summary>Finds what a patch says twice, and what an operation of a JSON patch has besides its own members, in Kubernetes' words.</summary>
internal static class PatchStrictness
{
    /// <summary>The problems of a patch that can be read; none where nobody wants to know.</summary>
    /// <param name="form">The form of the patch.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="context">How strictly fields are looked at.</param>
    public static IReadOnlyList<string> Problems(PatchForm form, ReadOnlyMemory<byte> patch, WriteContext context)
    {
        var problems = new List<string>();
        if (context.FieldValidation == FieldValidation.Ignore || form == PatchForm.Apply)
            return problems;
        var reader = new Utf8JsonReader(patch.Span, JsonInput.ReaderOptions);
        var levels = new Stack<Level>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    levels.Push(new Level(PathOf(levels), reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    levels.Pop();
                    Pass(levels);
                    break;
                case JsonTokenType.PropertyName:
                    Look(form, levels.Peek(), reader.GetString()!, problems);
                    break;
                default:
                    Pass(levels);
                    break;
            }
        }
        return problems;
    }

    private static void Look(PatchForm form, Level level, string name, List<string> problems)
    {
        level.Name = name;
        var path = level.Path.Length == 0 ? name : $"{level.Path}.{name}";
        var isOperation = form == PatchForm.Json && level.Path.StartsWith('[') && !level.Path.Contains('.', StringComparison.Ordinal) && level.Path.IndexOf('[', 1) < 0;
        if (!level.Seen.Add(name))
            problems.Add(form == PatchForm.Json ? $"json patch duplicate field \"{path}\"" : $"duplicate field \"{path}\"");
        else if (isOperation && name is not ("op" or "path" or "from" or "value"))
            problems.Add($"json patch unknown field \"{path}\"");
    }

    private static void Pass(Stack<Level> levels)
    {
        if (levels.TryPeek(out var level) && level.IsArray)
            level.Index++;
    }

    private static string PathOf(Stack<Level> levels)
    {
        if (!levels.TryPeek(out var level))
            return "";
        return level.IsArray ? $"{level.Path}[{level.Index}]" : level.Path.Length == 0 ? level.Name : $"{level.Path}.{level.Name}";
    }

    private sealed class Level(string path, bool isArray)
    {
        public string Path => path;

        public bool IsArray => isArray;

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public string Name { get; set; } = "";

        public int Index { get; set; }
    }
}
