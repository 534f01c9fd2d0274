namespace Holdfast.Cli.Screens;

/// <summary>Texts that members, pods and people wrote, made fit for a line of a screen.</summary>
internal static class PlainText
{
    /// <summary>The text in one line: what would move a terminal's cursor, or colour what follows, is a blank.</summary>
    internal static string OneLine(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && text.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0
        ? text
        : string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
}
