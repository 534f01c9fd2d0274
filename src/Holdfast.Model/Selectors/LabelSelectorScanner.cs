namespace Holdfast.Model.Selectors;

internal enum SelectorToken
{
    Error,
    End,
    CloseParenthesis,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    GreaterThan,
    Identifier,
    In,
    LessThan,
    NotEquals,
    NotIn,
    OpenParenthesis,
}

/// <summary>Cuts a selector's text into words.</summary>
/// <param name="text">The text.</param>
internal ref struct LabelSelectorScanner(ReadOnlySpan<char> text)
{
    private const string Special = "=!(),><";

    private ReadOnlySpan<char> _rest = text;

    /// <summary>The next word and its text.</summary>
    internal (SelectorToken Token, string Text) Next()
    {
        _rest = _rest.TrimStart(" \t\r\n");
        if (_rest.IsEmpty)
        {
            return (SelectorToken.End, "");
        }
        if (Special.Contains(_rest[0]))
        {
            return NextSymbol();
        }
        var end = _rest.IndexOfAny(Special + " \t\r\n");
        var word = (end < 0 ? _rest : _rest[..end]).ToString();
        _rest = _rest[word.Length..];
        return (word switch { "in" => SelectorToken.In, "notin" => SelectorToken.NotIn, _ => SelectorToken.Identifier }, word);
    }

    private (SelectorToken Token, string Text) NextSymbol()
    {
        var length = _rest is ['=' or '!', '=', ..] ? 2 : 1;
        var symbol = _rest[..length].ToString();
        _rest = _rest[length..];
        return (symbol switch
        {
            ")" => SelectorToken.CloseParenthesis,
            "," => SelectorToken.Comma,
            "!" => SelectorToken.Not,
            "==" => SelectorToken.DoubleEquals,
            "=" => SelectorToken.Equals,
            ">" => SelectorToken.GreaterThan,
            "<" => SelectorToken.LessThan,
            "!=" => SelectorToken.NotEquals,
            "(" => SelectorToken.OpenParenthesis,
            _ => SelectorToken.Error,
        }, symbol);
    }
}
