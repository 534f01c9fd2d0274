using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Holdfast.Model.Json;

/// <summary>Makes text that clients sent fit for a JSON reader, as Go's decoder (and so Kubernetes) does while it reads.</summary>
public static class JsonText
{
    private static readonly byte[] Replacement = Encoding.ASCII.GetBytes("\\ufffd");

    /// <summary>The same text where what is no UTF-8, and escapes that are half of a surrogate pair, are replaced by U+FFFD.</summary>
    /// <param name="text">The text; JSON or not.</param>
    public static ReadOnlyMemory<byte> Mended(ReadOnlyMemory<byte> text)
    {
        var valid = Utf8.IsValid(text.Span) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.Span));
        var hasSurrogates = valid.Span.IndexOf("\\ud"u8) >= 0 || valid.Span.IndexOf("\\uD"u8) >= 0;
        return hasSurrogates ? Paired(valid.ToArray()) : valid;
    }

    private static byte[] Paired(byte[] text)
    {
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (text[at] != '\\')
                continue;
            var code = CodeAt(text, at);
            if (char.IsHighSurrogate(code) && char.IsLowSurrogate(CodeAt(text, at + 6)))
                at += 11;
            else if (char.IsSurrogate(code))
                Replacement.CopyTo(text, at);
            else
                at++;
        }
        return text;
    }

    // The character of the escape that begins there; NUL when none does.
    private static char CodeAt(byte[] text, int at)
    {
        if (at + 6 > text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return '\0';
        return Utf8Parser.TryParse(text.AsSpan(at + 2, 4), out ushort code, out var read, 'x') && read == 4 ? (char)code : '\0';
    }
}
