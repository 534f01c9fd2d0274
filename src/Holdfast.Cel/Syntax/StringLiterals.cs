using System.Globalization;
using System.Text;

namespace Holdfast.Cel.Syntax;

/// <summary>Reads literals of text and bytes with their escapes.</summary>
internal static class StringLiterals
{
    private const string Simple = "abfnrtv\\?\"'`";
    private const string SimpleMeaning = "\a\b\f\n\r\t\v\\?\"'`";

    public static CelValue Read(string text, ref int at, string prefix, string quotes)
    {
        var start = at;
        at += prefix.Length + quotes.Length;
        var isRaw = prefix.Contains('r', StringComparison.Ordinal);
        var isBytes = prefix.Contains('b', StringComparison.Ordinal);
        var bytes = new List<byte>();
        var read = new StringBuilder();
        while (!text.AsSpan(at).StartsWith(quotes, StringComparison.Ordinal))
        {
            if (at >= text.Length || (quotes.Length == 1 && text[at] is '\n' or '\r'))
                throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{text[start..Math.Min(at, start + 40)]}'");
            if (text[at] == '\\' && !isRaw)
                Escape(text, ref at, isBytes, read, bytes);
            else if (isBytes)
                Encode(text, ref at, bytes);
            else
                read.Append(text[at++]);
        }
        at += quotes.Length;
        return isBytes ? new CelBytes([.. bytes]) : new CelString(read.ToString());
    }

    private static void Encode(string text, ref int at, List<byte> bytes)
    {
        _ = Rune.TryGetRuneAt(text, at, out var rune) || Rune.TryCreate(0xFFFD, out rune);
        var encoded = new byte[4];
        bytes.AddRange(encoded.AsSpan(0, rune.EncodeToUtf8(encoded)));
        at += rune.IsBmp ? 1 : 2;
    }

    private static void Escape(string text, ref int at, bool isBytes, StringBuilder read, List<byte> bytes)
    {
        var start = at++;
        if (at >= text.Length)
            throw Invalid(start);
        var letter = text[at++];
        if (Simple.IndexOf(letter, StringComparison.Ordinal) is var simple and >= 0)
        {
            Add(SimpleMeaning[simple]);
            return;
        }
        var (digits, radix) = letter switch
        {
            'x' or 'X' => (2, 16),
            'u' when !isBytes => (4, 16),
            'U' when !isBytes => (8, 16),
            >= '0' and <= '3' => (3, 8),
            _ => throw Invalid(start),
        };
        at -= radix == 8 ? 1 : 0;
        Add(Code(text, ref at, digits, radix, start));

        void Add(int code)
        {
            if (isBytes)
                bytes.Add((byte)code);
            else if (Rune.IsValid(code))
                read.Append(new Rune(code).ToString());
            else
                throw Invalid(start);
        }
    }

    private static int Code(string text, ref int at, int digits, int radix, int start)
    {
        if (at + digits > text.Length)
            throw Invalid(start);
        var code = 0L;
        for (var end = at + digits; at < end; at++)
        {
            if (!int.TryParse(text.AsSpan(at, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digit) || digit >= radix)
                throw Invalid(start);
            code = (code * radix) + digit;
        }
        return code > 0x10FFFF ? throw Invalid(start) : (int)code;
    }

    private static CelSyntaxException Invalid(int position) => new(position, "Syntax error: unable to unescape string");
}
