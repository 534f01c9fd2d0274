namespace Holdfast.Model.Values;

/// <summary>An amount of a resource, such as <c>500m</c> or <c>200Gi</c>, kept in its canonical text.</summary>
public readonly partial record struct Quantity
{
    private readonly string? _text;

    private Quantity(string text) => _text = text;

    /// <summary>Reads a quantity.</summary>
    /// <param name="text">The text.</param>
    /// <param name="quantity">The quantity.</param>
    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = new(text);
        return text.Length > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? "0";
}
