using System.Globalization;
using System.Text;

namespace Holdfast.Cel.Functions;

/// <summary>
/// Turns a pattern in RE2's syntax into one of .NET's that means the same: classes hold ASCII only, <c>$</c> is the end of the
/// text. What RE2 does not have, and what would grow into a large automaton, is refused.
/// </summary>
internal sealed class PatternSyntax
{
    private const int MaximumLength = 4096;
    private const int MaximumSize = 5000;
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 100;

    private readonly string _pattern;
    private readonly StringBuilder _written = new();
    private int _at;
    private bool _isMultiline;

    private PatternSyntax(string pattern) => _pattern = pattern;

    public static string Translate(string pattern)
    {
        if (pattern.Length > MaximumLength)
            throw new CelPatternException($"error parsing regexp: the pattern has more than {MaximumLength} characters");
        var syntax = new PatternSyntax(pattern);
        syntax.Sequence(0);
        return syntax._at == pattern.Length ? syntax._written.ToString() : throw Refused("unexpected )");
    }

    // Gives the size of the automaton that the part would become: an atom is one, repeats multiply.
    private long Sequence(int depth)
    {
        if (depth > MaximumDepth)
            throw Refused("expression nests too deeply");
        var size = 1L;
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                _written.Append(_pattern[_at++]);
                continue;
            }
            size += Repeated(Atom(depth));
            if (size > MaximumSize)
                throw Refused("expression too large");
        }
        return size;
    }

    private long Atom(int depth)
    {
        var character = _pattern[_at];
        switch (character)
        {
            case '(':
                return Group(depth);
            case '[':
                Class();
                return 1;
            case '\\':
                Escape(inClass: false);
                return 1;
            case '$':
                _written.Append(_isMultiline ? "$" : @"\z");
                break;
            case '*' or '+' or '?':
                throw Refused($"missing argument to repetition operator: `{character}`");
            case '{' when RepeatAt(_at) is not null:
                throw Refused("missing argument to repetition operator");
            case '{' or '}' or '#' or ' ':
                _written.Append('\\').Append(character);
                break;
            default:
                _written.Append(character);
                break;
        }
        _at++;
        return 1;
    }

    private long Repeated(long size)
    {
        if (_at >= _pattern.Length)
            return size;
        var repeat = 1L;
        if (_pattern[_at] is '*' or '+' or '?')
            _written.Append(_pattern[_at++]);
        else if (RepeatAt(_at) is { } bounds)
        {
            if (bounds.Least > MaximumRepeat || bounds.Most > MaximumRepeat || (bounds.Most is { } most && most < bounds.Least))
                throw Refused($"invalid repeat count: `{_pattern[_at..bounds.End]}`");
            _written.Append(_pattern, _at, bounds.End - _at);
            _at = bounds.End;
            repeat = Math.Max(1, bounds.Most ?? bounds.Least + 1);
        }
        else
            return size;
        if (_at < _pattern.Length && _pattern[_at] == '?')
            _written.Append(_pattern[_at++]);
        return _at < _pattern.Length && (_pattern[_at] is '*' or '+' or '?' || RepeatAt(_at) is not null)
            ? throw Refused("invalid nested repetition operator")
            : size * repeat;
    }

    private (int Least, int? Most, int End)? RepeatAt(int at)
    {
        if (_pattern[at] != '{' || _pattern.IndexOf('}', at) is not (> 0 and var end) || end - at > 12)
            return null;
        var parts = _pattern[(at + 1)..end].Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var least))
            return null;
        if (parts.Length == 1)
            return (least, least, end + 1);
        if (parts[1].Length == 0)
            return (least, null, end + 1);
        return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? (least, most, end + 1) : null;
    }

    private long Group(int depth)
    {
        _at++;
        var wasMultiline = _isMultiline;
        _written.Append('(');
        if (_at < _pattern.Length && _pattern[_at] == '?' && !GroupStart())
            return 1;
        var size = Sequence(depth + 1);
        if (_at >= _pattern.Length)
            throw Refused("missing closing )");
        _written.Append(_pattern[_at++]);
        _isMultiline = wasMultiline;
        return size;
    }

    // False when it only sets flags for what follows.
    private bool GroupStart()
    {
        var rest = _pattern[_at..];
        if (rest.StartsWith("?P<", StringComparison.Ordinal) || (rest.StartsWith("?<", StringComparison.Ordinal) && rest.Length > 2 && rest[2] is not ('=' or '!')))
        {
            // Names say nothing here, and .NET would read some of them differently.
            var end = rest.IndexOf('>', StringComparison.Ordinal);
            if (end < 0)
                throw Refused("invalid named capture");
            _at += end + 1;
            return true;
        }
        var close = rest.IndexOfAny([':', ')']);
        if (close < 0 || rest[1..close].Any(flag => flag is not ('i' or 'm' or 's' or '-')) || rest[1..close].Count(flag => flag == '-') > 1)
            throw Refused("invalid or unsupported Perl syntax");
        var on = rest[1..close].Split('-')[0];
        var off = rest[1..close].Length > on.Length ? rest[(on.Length + 2)..close] : "";
        _isMultiline = (_isMultiline || on.Contains('m', StringComparison.Ordinal)) && !off.Contains('m', StringComparison.Ordinal);
        _written.Append(rest, 0, close + 1);
        _at += close + 1;
        return rest[close] == ':';
    }

    private void Class()
    {
        _written.Append(_pattern[_at++]);
        if (_at < _pattern.Length && _pattern[_at] == '^')
            _written.Append(_pattern[_at++]);
        for (var isFirst = true; _at < _pattern.Length && (_pattern[_at] != ']' || isFirst); isFirst = false)
        {
            if (_pattern[_at] == '\\')
                Escape(inClass: true);
            else if (_pattern.AsSpan(_at).StartsWith("[:", StringComparison.Ordinal))
                Posix();
            else
                _written.Append(_pattern[_at] is '[' or ']' ? "\\" : "").Append(_pattern[_at++]);
        }
        if (_at >= _pattern.Length)
            throw Refused("missing closing ]");
        _written.Append(_pattern[_at++]);
    }

    private void Posix()
    {
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        var name = end < 0 ? "" : _pattern[(_at + 2)..end];
        _written.Append(PatternClasses.Posix(name) ?? throw Refused($"invalid character class range: `[:{name}:]`"));
        _at = end + 2;
    }

    private void Escape(bool inClass)
    {
        if (_at + 1 >= _pattern.Length)
            throw Refused("trailing backslash at end of expression");
        var letter = _pattern[_at + 1];
        _at += 2;
        if (PatternClasses.Perl(letter, inClass) is { } meaning)
            _written.Append(meaning);
        else if (letter is 'p' or 'P')
            Property(letter);
        else if (letter == 'x')
            Hexadecimal();
        else if (letter == 'Q' && !inClass)
            Quoted();
        else if (letter is 'a' or 'f' or 'n' or 'r' or 't' or 'v' || (!inClass && letter is 'A' or 'b' or 'B' or 'z'))
            _written.Append('\\').Append(letter);
        else if (!char.IsAsciiLetterOrDigit(letter) && letter < 0x80)
            _written.Append(@"\u").Append(((int)letter).ToString("X4", CultureInfo.InvariantCulture));
        else
            throw Refused($"invalid escape sequence: `\\{letter}`");
    }

    private void Property(char letter)
    {
        var isBraced = _at < _pattern.Length && _pattern[_at] == '{';
        var end = isBraced ? _pattern.IndexOf('}', _at) : _at + 1;
        if (end < 0 || end > _pattern.Length)
            throw Refused("invalid character class range");
        var name = isBraced ? _pattern[(_at + 1)..end] : _pattern[_at..end];
        _at = isBraced ? end + 1 : end;
        if (name.Length is 0 or > 2)
            throw Refused($"character class \\{letter}{{{name}}} is not supported");
        _written.Append('\\').Append(letter).Append('{').Append(name).Append('}');
    }

    private void Hexadecimal()
    {
        var isBraced = _at < _pattern.Length && _pattern[_at] == '{';
        var end = isBraced ? _pattern.IndexOf('}', _at) : _at + 2;
        if (end < 0 || end > _pattern.Length
            || !int.TryParse(_pattern.AsSpan(_at + (isBraced ? 1 : 0), end - _at - (isBraced ? 1 : 0)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0xFFFF)
            throw Refused("invalid escape sequence: `\\x`");
        _at = isBraced ? end + 1 : end;
        _written.Append(@"\u").Append(code.ToString("X4", CultureInfo.InvariantCulture));
    }

    private void Quoted()
    {
        var end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        foreach (var character in _pattern.AsSpan(_at, (end < 0 ? _pattern.Length : end) - _at))
            _written.Append(@"\u").Append(((int)character).ToString("X4", CultureInfo.InvariantCulture));
        _at = end < 0 ? _pattern.Length : end + 2;
    }

    private static CelPatternException Refused(string problem) => new($"error parsing regexp: {problem}");
}
