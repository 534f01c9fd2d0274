using System.Globalization;
using System.Text;

namespace Holdfast.Model.Rules;

/// <summary>The names under which writers own fields: at most 128 bytes, each of their characters printable.</summary>
public static class ManagerNames
{
    private const int MaximumBytes = 128;

    /// <summary>Checks a name.</summary>
    /// <param name="name">The name; an empty one is none and is fine.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(string name, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(errors);
        if (Encoding.UTF8.GetByteCount(name) > MaximumBytes)
        {
            errors.Add(FieldError.TooLong(path, MaximumBytes));
        }
        var position = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!QuotedText.IsPrintable(rune))
            {
                errors.Add(FieldError.Invalid(path, name, string.Create(CultureInfo.InvariantCulture, $"invalid character U+{rune.Value:X4} (at position {position})")));
            }
            position += rune.Utf8SequenceLength;
        }
    }
}
