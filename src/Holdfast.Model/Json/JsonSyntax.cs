using System.Text;

namespace Holdfast.Model.Json;

/// <summary>Says what is wrong with text that is not JSON, as Go's decoder (and so Kubernetes) says it.</summary>
public static class JsonSyntax
{
    /// <summary>The first problem, such as <c>invalid character 'n' looking for beginning of object key string</c>.</summary>
    /// <param name="utf8">Text that a JSON reader refused.</param>
    public static string Describe(ReadOnlySpan<byte> utf8)
    {
        var scan = new Scan(utf8);
        return scan.Value(0) ?? scan.End() ?? "the text is not valid JSON";
    }

    private ref struct Scan(ReadOnlySpan<byte> text)
    {
        private const string Truncated = "unexpected end of JSON input";

        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;

        internal string? Value(int depth)
        {
            if (depth > JsonInput.ObjectDepth)
            {
                return "exceeded max depth";
            }
            if (!SkipSpace())
            {
                return Truncated;
            }
            return _text[_at] switch
            {
                (byte)'{' => Members(depth),
                (byte)'[' => Items(depth),
                (byte)'"' => Text(),
                (byte)'t' => Literal("true"),
                (byte)'f' => Literal("false"),
                (byte)'n' => Literal("null"),
                (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(),
                _ => Invalid("looking for beginning of value"),
            };
        }

        internal string? End() => SkipSpace() ? Invalid("after top-level value") : null;

        private string? Members(int depth)
        {
            _at++;
            for (var isFirst = true; ; isFirst = false)
            {
                if (!SkipSpace())
                {
                    return Truncated;
                }
                if (isFirst && Take('}'))
                {
                    return null;
                }
                if (_text[_at] != '"')
                {
                    return Invalid("looking for beginning of object key string");
                }
                if ((Text() ?? Expect(':', "after object key") ?? Value(depth + 1)) is { } problem)
                {
                    return problem;
                }
                if (!SkipSpace())
                {
                    return Truncated;
                }
                if (Take('}'))
                {
                    return null;
                }
                if (!Take(','))
                {
                    return Invalid("after object key:value pair");
                }
            }
        }

        private string? Items(int depth)
        {
            _at++;
            if (!SkipSpace())
            {
                return Truncated;
            }
            if (Take(']'))
            {
                return null;
            }
            while (true)
            {
                if (Value(depth + 1) is { } problem)
                {
                    return problem;
                }
                if (!SkipSpace())
                {
                    return Truncated;
                }
                if (Take(']'))
                {
                    return null;
                }
                if (!Take(','))
                {
                    return Invalid("after array element");
                }
            }
        }

        private string? Text()
        {
            for (_at++; _at < _text.Length; _at++)
            {
                switch (_text[_at])
                {
                    case (byte)'"':
                        _at++;
                        return null;
                    case < 0x20:
                        return Invalid("in string literal");
                    case (byte)'\\':
                        _at++;
                        if (_at < _text.Length && !"\"\\/bfnrtu".Contains((char)_text[_at]))
                        {
                            return Invalid("in string escape code");
                        }
                        break;
                    default:
                        break;
                }
            }
            return Truncated;
        }

        private string? Literal(string word)
        {
            for (var i = 0; i < word.Length; i++, _at++)
            {
                if (_at == _text.Length)
                {
                    return Truncated;
                }
                if (_text[_at] != word[i])
                {
                    return Invalid($"in literal {word} (expecting '{word[i]}')");
                }
            }
            return null;
        }

        private string? Number()
        {
            _ = Take('-');
            if (_at == _text.Length)
            {
                return Truncated;
            }
            if (!char.IsAsciiDigit((char)_text[_at]))
            {
                return Invalid("in numeric literal");
            }
            while (_at < _text.Length && (char.IsAsciiDigit((char)_text[_at]) || "+-.eE".Contains((char)_text[_at])))
            {
                _at++;
            }
            return null;
        }

        private string? Expect(char character, string where) =>
            !SkipSpace() ? Truncated : Take(character) ? null : Invalid(where);

        private bool Take(char character)
        {
            var isThere = _at < _text.Length && _text[_at] == character;
            _at += isThere ? 1 : 0;
            return isThere;
        }

        private bool SkipSpace()
        {
            while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                _at++;
            }
            return _at < _text.Length;
        }

        private readonly string Invalid(string where)
        {
            var found = Rune.DecodeFromUtf8(_text[_at..], out var rune, out _) == System.Buffers.OperationStatus.Done ? rune.ToString() : "\ufffd";
            var shown = found switch { "'" => "'\\''", "\n" => "'\\n'", "\t" => "'\\t'", "\r" => "'\\r'", "\\" => "'\\\\'", _ => $"'{found}'" };
            return $"invalid character {shown} {where}";
        }
    }
}
