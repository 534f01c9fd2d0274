using System.Text;

namespace Holdfast.Cel.Syntax;

/// <summary>Text as the language measures it: in code points, ordered by them.</summary>
internal static class CodePoints
{
    public static int CountLowSurrogates(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var character in text)
            count += char.IsLowSurrogate(character) ? 1 : 0;
        return count;
    }

    public static int Count(string text) => text.Length - CountLowSurrogates(text);

    public static int[] Of(string text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            points.Add(rune.Value);
        return [.. points];
    }

    public static string ToText(ReadOnlySpan<int> points)
    {
        var text = new StringBuilder(points.Length);
        foreach (var point in points)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    public static int IndexOf(ReadOnlySpan<int> text, ReadOnlySpan<int> part, int from) =>
        text[from..].IndexOf(part) is var found and >= 0 ? found + from : -1;

    // UTF-16 puts surrogates below the last characters of the basic plane, code points do not.
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var index = 0; index < length; index++)
        {
            if (left[index] != right[index])
            {
                var isLeftHigh = char.IsSurrogate(left[index]);
                return isLeftHigh == char.IsSurrogate(right[index]) ? left[index].CompareTo(right[index]) : isLeftHigh ? 1 : -1;
            }
        }
        return left.Length.CompareTo(right.Length);
    }
}
