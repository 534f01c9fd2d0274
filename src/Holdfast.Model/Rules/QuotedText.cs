using System.Globalization;
using System.Text;

namespace Holdfast.Model.Rules;

/// <summary>Text in double quotes as Go's <c>%q</c> writes it, which is how problems quote values.</summary>
public static class QuotedText
{
    /// <summary>Quotes a text.</summary>
    /// <param name="text">The text.</param>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            AppendEscaped(quoted, rune);
        }
        return quoted.Append('"').ToString();
    }

    private static void AppendEscaped(StringBuilder quoted, Rune rune) => _ = rune.Value switch
    {
        '"' => quoted.Append("\\\""),
        '\\' => quoted.Append(@"\\"),
        '\a' => quoted.Append(@"\a"),
        '\b' => quoted.Append(@"\b"),
        '\f' => quoted.Append(@"\f"),
        '\n' => quoted.Append(@"\n"),
        '\r' => quoted.Append(@"\r"),
        '\t' => quoted.Append(@"\t"),
        '\v' => quoted.Append(@"\v"),
        < 0x20 or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
        _ when !IsPrintable(rune) && rune.Value > 0xffff => quoted.Append(CultureInfo.InvariantCulture, $@"\U{rune.Value:x8}"),
        _ when !IsPrintable(rune) => quoted.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
        _ => quoted.Append(rune.ToString()),
    };

    /// <summary>Whether a character is shown as it is: no control, no space but the plain one, nothing that Unicode leaves open.</summary>
    /// <param name="rune">The character.</param>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
