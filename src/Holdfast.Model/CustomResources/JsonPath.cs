using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// A path to values of an object, as printer columns name them: <c>.spec.size</c>, <c>.items[0].name</c>,
/// <c>.metadata.labels['a.b']</c>, <c>.status.conditions[?(@.type=="Ready")].status</c>, <c>.list[*].name</c>.
/// </summary>
public sealed class JsonPath
{
    private readonly ImmutableArray<JsonPathStep> _steps;

    private JsonPath(ImmutableArray<JsonPathStep> steps) => _steps = steps;

    /// <summary>Reads a path.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new JsonPathParser(text);
        var steps = parser.Parse(out problem);
        path = problem is null ? new JsonPath(steps) : null;
        return path is not null;
    }

    /// <summary>The first value at the path, or undefined.</summary>
    /// <param name="root">The object.</param>
    public JsonElement First(JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (var step in _steps)
        {
            found = found.SelectMany(step.Of);
        }
        return found.FirstOrDefault();
    }
}

/// <summary>One step of a path.</summary>
internal abstract record JsonPathStep
{
    internal abstract IEnumerable<JsonElement> Of(JsonElement value);

    internal sealed record Member(string Name) : JsonPathStep
    {
        internal override IEnumerable<JsonElement> Of(JsonElement value) =>
            value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Name, out var member) ? [member] : [];
    }

    internal sealed record Slice(int? From, int? Until) : JsonPathStep
    {
        internal override IEnumerable<JsonElement> Of(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                return [];
            }
            var length = value.GetArrayLength();
            var from = Math.Clamp(Position(From ?? 0, length), 0, length);
            var until = Math.Clamp(Position(Until ?? length, length), 0, length);
            return Enumerable.Range(from, Math.Max(0, until - from)).Select(at => value[at]);
        }

        private static int Position(int at, int length) => at < 0 ? length + at : at;
    }

    internal sealed record Item(int Index) : JsonPathStep
    {
        internal override IEnumerable<JsonElement> Of(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                return [];
            }
            var at = Index < 0 ? value.GetArrayLength() + Index : Index;
            return at >= 0 && at < value.GetArrayLength() ? [value[at]] : [];
        }
    }

    internal sealed record All : JsonPathStep
    {
        internal override IEnumerable<JsonElement> Of(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray(),
            JsonValueKind.Object => value.EnumerateObject().Select(member => member.Value),
            _ => [],
        };
    }

    internal sealed record Where(JsonPath Left, string Operator, JsonPath? RightPath, JsonElement Right) : JsonPathStep
    {
        internal override IEnumerable<JsonElement> Of(JsonElement value) =>
            value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Where(Holds) : [];

        private bool Holds(JsonElement item)
        {
            var left = Left.First(item);
            if (left.ValueKind == JsonValueKind.Undefined || Operator.Length == 0)
            {
                return left.ValueKind != JsonValueKind.Undefined;
            }
            var right = RightPath?.First(item) ?? Right;
            if (right.ValueKind == JsonValueKind.Undefined)
            {
                return false;
            }
            return Operator switch
            {
                "==" => JsonElement.DeepEquals(left, right),
                "!=" => !JsonElement.DeepEquals(left, right),
                _ => Compare(left, right) is { } order && (Operator switch
                {
                    "<" => order < 0,
                    "<=" => order <= 0,
                    ">" => order > 0,
                    _ => order >= 0,
                }),
            };
        }

        private static int? Compare(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
        {
            (JsonValueKind.Number, JsonValueKind.Number) => left.GetDouble().CompareTo(right.GetDouble()),
            (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left.GetString(), right.GetString()),
            _ => null,
        };
    }
}

/// <summary>Reads paths.</summary>
/// <param name="text">The text.</param>
internal sealed class JsonPathParser(string text)
{
    private const int MaximumLength = 4096;
    private int _at;
    private string? _problem;

    internal ImmutableArray<JsonPathStep> Parse(out string? problem)
    {
        var steps = ImmutableArray.CreateBuilder<JsonPathStep>();
        if (text.Length > MaximumLength)
        {
            problem = $"the path is longer than {MaximumLength} characters";
            return [];
        }
        while (_at < text.Length && _problem is null)
        {
            if (text[_at] == '.')
            {
                _at++;
                if (_at < text.Length && text[_at] is not '[')
                {
                    steps.Add(Name());
                }
            }
            else if (text[_at] == '[')
            {
                steps.Add(Bracket());
            }
            else
            {
                _problem = $"unrecognized character in action: U+{(int)text[_at]:X4} '{text[_at]}'";
            }
        }
        problem = _problem;
        return steps.ToImmutable();
    }

    private JsonPathStep Name()
    {
        var name = new System.Text.StringBuilder();
        for (; _at < text.Length && text[_at] is not ('.' or '['); _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                _at++;
            }
            name.Append(text[_at]);
        }
        if (name.Length == 0)
        {
            _problem = "a name is missing";
        }
        return name.Length == 1 && name[0] == '*' ? new JsonPathStep.All() : new JsonPathStep.Member(name.ToString());
    }

    private JsonPathStep Bracket()
    {
        var end = BracketEnd();
        if (end < 0)
        {
            _problem = "unterminated array";
            return new JsonPathStep.All();
        }
        var inside = text[(_at + 1)..end].Trim();
        _at = end + 1;
        if (inside == "*")
        {
            return new JsonPathStep.All();
        }
        if (inside.StartsWith("?(", StringComparison.Ordinal) && inside.EndsWith(')'))
        {
            return Filter(inside[2..^1].Trim());
        }
        if (inside.Length >= 2 && inside[0] is '\'' or '"' && inside[^1] == inside[0])
        {
            return new JsonPathStep.Member(inside[1..^1]);
        }
        return Positions(inside);
    }

    private JsonPathStep Positions(string inside)
    {
        if (int.TryParse(inside, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return new JsonPathStep.Item(index);
        }
        var colon = inside.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && TryPosition(inside[..colon], out var from) && TryPosition(inside[(colon + 1)..], out var until))
        {
            return new JsonPathStep.Slice(from, until);
        }
        _problem = $"invalid array index {inside}";
        return new JsonPathStep.All();
    }

    private static bool TryPosition(string part, out int? position)
    {
        position = int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        return part.Length == 0 || position is not null;
    }

    // Brackets and quotes inside of a filter do not end it.
    private int BracketEnd()
    {
        var (depth, quote) = (0, '\0');
        for (var at = _at; at < text.Length; at++)
        {
            var character = text[at];
            if (quote != '\0')
            {
                quote = character == quote ? '\0' : quote;
            }
            else if (character is '\'' or '"')
            {
                quote = character;
            }
            else if (character == '[')
            {
                depth++;
            }
            else if (character == ']' && --depth == 0)
            {
                return at;
            }
        }
        return -1;
    }

    private JsonPathStep Filter(string condition)
    {
        var (at, sign) = OperatorOf(condition);
        var left = condition[..at].Trim();
        if (!TryOperand(left, out var leftPath, out _) || leftPath is null)
        {
            _problem ??= $"invalid filter {condition}";
            return new JsonPathStep.All();
        }
        if (sign.Length == 0)
        {
            return new JsonPathStep.Where(leftPath, "", null, default);
        }
        if (!TryOperand(condition[(at + sign.Length)..].Trim(), out var rightPath, out var right))
        {
            _problem ??= $"invalid filter {condition}";
        }
        return new JsonPathStep.Where(leftPath, sign, rightPath, right);
    }

    private static (int At, string Sign) OperatorOf(string condition)
    {
        var quote = '\0';
        for (var at = 0; at < condition.Length; at++)
        {
            if (condition[at] is '\'' or '"')
            {
                quote = quote == '\0' ? condition[at] : quote == condition[at] ? '\0' : quote;
            }
            else if (quote == '\0' && condition[at] is ('=' or '!' or '<' or '>'))
            {
                return (at, at + 1 < condition.Length && condition[at + 1] == '=' ? condition[at..(at + 2)] : condition[at..(at + 1)]);
            }
        }
        return (condition.Length, "");
    }

    private static bool TryOperand(string operand, out JsonPath? path, out JsonElement value)
    {
        (path, value) = (null, default);
        if (operand.StartsWith('@'))
        {
            return JsonPath.TryParse(operand[1..], out path, out _);
        }
        if (operand.Length >= 2 && operand[0] == '\'' && operand[^1] == '\'')
        {
            operand = Rules.ShownValue.Text(operand[1..^1]);
        }
        try
        {
            using var document = JsonDocument.Parse(operand, JsonInput.DocumentOptions);
            value = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
