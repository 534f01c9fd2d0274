using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.ModelGenerator;

/// <summary>Reads data files; the grammar is in <c>src/Holdfast.Model/Schema/README.md</c>.</summary>
public static class KindsParser
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">A line does not fit the grammar; the message names file and line.</exception>
    public static KindsFile Parse(string path)
    {
        var state = new State();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            try
            {
                state.Take(line);
            }
            catch (Exception error) when (error is FormatException or IndexOutOfRangeException)
            {
                throw new FormatException($"{path}:{number}: {error.Message}");
            }
        }
        return state.Finish();
    }

    private sealed class State
    {
        private readonly List<TypeData> _types = [];
        private (string Group, string Version, string Namespace, bool IsCustom) _api;
        private bool _isColumn;

        public void Take(string line)
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                return;
            }
            if (text[0] == '"')
            {
                Describe(text.Trim('"'));
                return;
            }
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            _isColumn = false;
            switch (line[0] == ' ' && words[0] is not ("column" or "scale") ? "" : words[0])
            {
                case "api":
                    var names = words[1].Split('/');
                    _api = (names[0] == "core" ? "" : names[0], names[1], words[2], words.Contains("custom"));
                    break;
                case "kind":
                    _types.Add(new(words[1], words[2], words[3] == "namespaced", List(words, "short"), List(words, "categories"),
                        words.Contains("map-type=atomic"), "", []));
                    break;
                case "type":
                    _types.Add(new(words[1], null, false, [], [], words.Contains("map-type=atomic"), "", []));
                    break;
                case "column":
                    AddColumn(words);
                    break;
                case "scale":
                    _types[^1] = _types[^1] with { Scale = [.. words[1..]] };
                    break;
                default:
                    AddField(words);
                    break;
            }
        }

        public KindsFile Finish() => new(_api.Group, _api.Version, _api.Namespace, [.. _types], _api.IsCustom);

        private void AddColumn(string[] words)
        {
            var priority = words.FirstOrDefault(word => word.StartsWith("priority=", StringComparison.Ordinal))?["priority=".Length..];
            var column = new ColumnData(words[1], words[2], words[3], priority is null ? 0 : Number(priority), "");
            _types[^1] = _types[^1] with { Columns = _types[^1].Columns.Add(column) };
            _isColumn = true;
        }

        private void AddField(string[] words)
        {
            var presence = words[0][^1] switch
            {
                '?' => Presence.WhenPresent,
                '!' => Presence.Always,
                _ => Presence.WhenNotEmpty,
            };
            var isNumbered = words.Length > 2 && words[2][0] == '#';
            ImmutableArray<int> numbers = isNumbered ? [.. words[2][1..].Split('.').Select(Number)] : [];
            var field = new FieldData(words[0].TrimEnd('?', '!'), presence, words[1], numbers, [.. words[(isNumbered ? 3 : 2)..]], "");
            _types[^1] = _types[^1] with { Fields = _types[^1].Fields.Add(field) };
        }

        private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"\"{text}\" is no field number");

        private void Describe(string text)
        {
            var type = _types[^1];
            _types[^1] = _isColumn
                ? type with { Columns = type.Columns.SetItem(type.Columns.Length - 1, type.Columns[^1] with { Description = text }) }
                : type.Fields.IsEmpty
                ? type with { Description = text }
                : type with { Fields = type.Fields.SetItem(type.Fields.Length - 1, type.Fields[^1] with { Description = text }) };
        }

        private static ImmutableArray<string> List(string[] words, string name)
        {
            var word = words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal));
            return word is null ? [] : [.. word[(name.Length + 1)..].Split(',')];
        }
    }
}
