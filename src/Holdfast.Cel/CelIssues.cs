using System.Collections.Immutable;

namespace Holdfast.Cel;

/// <summary>One thing that is wrong with an expression.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The code point in the line, from 1.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Source">The whole line.</param>
public sealed record CelIssue(int Line, int Column, string Message, string Source)
{
    /// <summary>As cel-go shows it: the message with its place, then the line and a mark below it.</summary>
    public override string ToString() => $"ERROR: <input>:{Line}:{Column}: {Message}\n | {Source}\n | {new string('.', Column - 1)}^";
}

/// <summary>All that is wrong with an expression, in the order of places.</summary>
/// <param name="Items">The issues.</param>
public sealed record CelIssues(ImmutableArray<CelIssue> Items)
{
    /// <summary>How many issues are kept of one expression.</summary>
    public const int Maximum = 100;

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Items);

    internal static CelIssue At(string text, int position, string message)
    {
        position = Math.Clamp(position, 0, text.Length);
        var start = position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;
        var end = text.IndexOf('\n', start);
        var line = text.AsSpan(0, start).Count('\n') + 1;
        var before = text.AsSpan(start, position - start);
        var column = before.Length - Syntax.CodePoints.CountLowSurrogates(before) + 1;
        return new(line, column, message, text[start..(end < 0 ? text.Length : end)]);
    }
}
