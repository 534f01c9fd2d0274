using System.Globalization;

namespace Holdfast.Cel.Syntax;

/// <summary>Cuts text into tokens, by the lexis of cel-spec's language definition.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] Symbols =
    [
        "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}",
    ];

    private int _at;

    public List<CelToken> ReadAll(int maximumTokens)
    {
        var tokens = new List<CelToken>();
        while (true)
        {
            var token = Next();
            tokens.Add(token);
            if (token.Kind == CelTokenKind.End)
                return tokens;
            if (tokens.Count > maximumTokens)
                throw new CelSyntaxException(token.Position, $"expression has more than {maximumTokens} tokens");
        }
    }

    private CelToken Next()
    {
        SkipBlanks();
        if (_at == text.Length)
            return new(CelTokenKind.End, _at, "<EOF>");
        var start = _at;
        var first = text[start];
        if (StringStart() is var (prefix, quotes))
            return new(CelTokenKind.Literal, start, "", StringLiterals.Read(text, ref _at, prefix, quotes));
        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
                _at++;
            return Word(start, text[start.._at]);
        }
        if (char.IsAsciiDigit(first) || (first == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
            return new(CelTokenKind.Literal, start, "", Number(start));
        var symbol = Array.Find(Symbols, each => text.AsSpan(start).StartsWith(each, StringComparison.Ordinal))
            ?? throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{Shown(start)}'");
        _at += symbol.Length;
        return new(CelTokenKind.Symbol, start, symbol);
    }

    private static CelToken Word(int start, string word) => word switch
    {
        "true" => new(CelTokenKind.Literal, start, word, CelBool.True),
        "false" => new(CelTokenKind.Literal, start, word, CelBool.False),
        "null" => new(CelTokenKind.Literal, start, word, CelNull.Instance),
        _ => new(CelTokenKind.Identifier, start, word),
    };

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
                _at++;
            else if (text.AsSpan(_at).StartsWith("//", StringComparison.Ordinal))
                _at = text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length;
            else
                return;
        }
    }

    // The letters before a quote say raw (r) and bytes (b), in either order and case.
    private (string Prefix, string Quotes)? StringStart()
    {
        var at = _at;
        while (at < text.Length && at - _at < 2 && char.ToLowerInvariant(text[at]) is 'r' or 'b')
            at++;
        if (at >= text.Length || text[at] is not ('"' or '\''))
            return null;
        var prefix = text[_at..at].ToLowerInvariant();
        if (prefix is "rr" or "bb")
            return null;
        var quote = text[at];
        var isTriple = at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote;
        return (prefix, new string(quote, isTriple ? 3 : 1));
    }

    private CelValue Number(int start)
    {
        if (text[start] == '0' && start + 1 < text.Length && text[start + 1] is 'x' or 'X')
            return Hexadecimal(start);
        SkipDigits();
        var isWhole = true;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            isWhole = false;
            _at++;
            SkipDigits();
        }
        isWhole &= !SkipExponent();
        var digits = text.AsSpan(start, _at - start);
        if (!isWhole)
            return new CelDouble(double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (SkipUnsigned())
            return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var unsigned) ? new CelUint(unsigned) : throw Invalid("uint", start);
        return Whole(ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number), number, start);
    }

    private CelValue Hexadecimal(int start)
    {
        _at += 2;
        while (_at < text.Length && char.IsAsciiHexDigit(text[_at]))
            _at++;
        var isNumber = ulong.TryParse(text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number);
        if (SkipUnsigned())
            return isNumber ? new CelUint(number) : throw Invalid("uint", start);
        return Whole(isNumber, number, start);
    }

    // The parser turns 2^63 into the smallest number when a minus stands before it, and refuses it otherwise.
    private static CelValue Whole(bool isNumber, ulong number, int start) =>
        isNumber && number <= (ulong)long.MaxValue ? new CelInt((long)number)
        : isNumber && number == (ulong)long.MaxValue + 1 ? CelParser.BeyondLargest
        : throw Invalid("int", start);

    private void SkipDigits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
    }

    private bool SkipExponent()
    {
        if (_at >= text.Length || text[_at] is not ('e' or 'E'))
            return false;
        var digits = _at + 1 < text.Length && text[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
        if (digits >= text.Length || !char.IsAsciiDigit(text[digits]))
            return false;
        _at = digits;
        SkipDigits();
        return true;
    }

    private bool SkipUnsigned()
    {
        if (_at >= text.Length || text[_at] is not ('u' or 'U'))
            return false;
        _at++;
        return true;
    }

    private static CelSyntaxException Invalid(string type, int start) => new(start, $"invalid {type} literal");

    private string Shown(int start) => char.IsHighSurrogate(text[start]) && start + 1 < text.Length ? text.Substring(start, 2) : text[start].ToString();
}
