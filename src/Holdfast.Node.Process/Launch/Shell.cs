namespace Holdfast.Node.Process.Launch;

/// <summary>Writes words for a POSIX shell.</summary>
internal static class Shell
{
    /// <summary>One word, whatever is in it.</summary>
    public static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Words with spaces between.</summary>
    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>Whether a name can be a shell variable.</summary>
    public static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
