using System.Buffers;
using System.Buffers.Text;

namespace Holdfast.Model.Json;

/// <summary>Base64 as Go reads it: padded, and with line ends but no other white space in between.</summary>
public static class Base64Text
{
    /// <summary>Where a text stops to be base64, as Go counts it; -1 when all of it is.</summary>
    /// <param name="text">The text as UTF-8.</param>
    public static int FirstBad(ReadOnlySpan<byte> text)
    {
        var inGroup = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter is (byte)'\r' or (byte)'\n')
                continue;
            if (letter == '=')
                return inGroup < 2 ? at : FirstBadOfPadding(text, at + 1, inGroup);
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'+' or (byte)'/'))
                return at;
            inGroup = (inGroup + 1) % 4;
        }
        return inGroup == 0 ? -1 : text.Length - inGroup;
    }

    /// <summary>The bytes of a text that is base64; bits that are left over at its end are dropped, as Go drops them.</summary>
    /// <param name="text">The text as UTF-8, without a bad place.</param>
    public static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[(text.Length + 3) / 4 * 3];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var length) == OperationStatus.Done)
            return bytes[..length];
        var (bits, count) = (0, 0);
        length = 0;
        foreach (var letter in text)
        {
            if (Value(letter) is not { } value)
                continue;
            (bits, count) = (((bits << 6) | value) & 0xffff, count + 6);
            if (count < 8)
                continue;
            count -= 8;
            bytes[length++] = (byte)(bits >> count);
        }
        return bytes[..length];
    }

    private static int? Value(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => null,
    };

    /// <summary>The words for a text that is no base64.</summary>
    /// <param name="position">Where it stops to be.</param>
    public static string Problem(int position) => $"illegal base64 data at input byte {position}";

    private static int FirstBadOfPadding(ReadOnlySpan<byte> text, int at, int inGroup)
    {
        if (inGroup == 2)
        {
            at = AfterLineEnds(text, at);
            if (at == text.Length || text[at] != '=')
                return at;
            at++;
        }
        at = AfterLineEnds(text, at);
        return at == text.Length ? -1 : at;
    }

    private static int AfterLineEnds(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }
}
