namespace Holdfast.Cel.Syntax;

internal enum CelTokenKind
{
    End,
    Identifier,
    Literal,
    Symbol,
}

/// <summary>One token: a name or symbol with its text, or a literal with its value.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, string Text, CelValue? Value = null)
{
    public bool Is(string text) => Kind is CelTokenKind.Symbol or CelTokenKind.Identifier && Text == text;
}

/// <summary>The text is no expression; never leaves this project.</summary>
internal sealed class CelSyntaxException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}
