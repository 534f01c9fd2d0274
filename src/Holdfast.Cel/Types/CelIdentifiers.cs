using System.Collections.Frozen;
using System.Text;

namespace Holdfast.Cel;

/// <summary>
/// How names of JSON fields become identifiers: as Kubernetes escapes them for validation rules
/// (<c>foo-bar</c> is <c>foo__dash__bar</c>, <c>namespace</c> is <c>__namespace__</c>).
/// </summary>
public static class CelIdentifiers
{
    private static readonly FrozenSet<string> Keywords = new[]
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the name may not be an identifier of an expression.</summary>
    /// <param name="name">The name.</param>
    public static bool IsReserved(string name) => Keywords.Contains(name);

    /// <summary>The identifier for a field, or null when expressions cannot name the field.</summary>
    /// <param name="jsonName">The field's name in JSON.</param>
    public static string? Escape(string jsonName)
    {
        ArgumentNullException.ThrowIfNull(jsonName);
        if (Keywords.Contains(jsonName))
            return $"__{jsonName}__";
        if (jsonName.Length == 0 || !jsonName.All(IsNameable) || char.IsAsciiDigit(jsonName[0]))
            return null;
        var text = new StringBuilder(jsonName.Length);
        for (var index = 0; index < jsonName.Length; index++)
        {
            var isDouble = jsonName[index] == '_' && index + 1 < jsonName.Length && jsonName[index + 1] == '_';
            _ = jsonName[index] switch
            {
                '_' when isDouble => text.Append("__underscores__"),
                '.' => text.Append("__dot__"),
                '-' => text.Append("__dash__"),
                '/' => text.Append("__slash__"),
                var plain => text.Append(plain),
            };
            index += isDouble ? 1 : 0;
        }
        return text.ToString();
    }

    private static bool IsNameable(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-' or '/';
}
