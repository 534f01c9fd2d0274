using System.Globalization;

namespace Holdfast.Model.Values;

/// <summary>A number or a string, such as a port's number or name, or a count or a percentage.</summary>
public readonly record struct IntOrString
{
    private IntOrString(int number, string? text) => (Number, Text) = (number, text);

    /// <summary>The number, when <see cref="IsNumber"/>; otherwise 0.</summary>
    public int Number { get; }

    /// <summary>The string, or null when this is a number.</summary>
    public string? Text { get; }

    /// <summary>Whether this is a number.</summary>
    public bool IsNumber => Text is null;

    /// <summary>A number.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator IntOrString(int number) => new(number, null);

    /// <summary>A string.</summary>
    /// <param name="text">The string.</param>
    public static implicit operator IntOrString(string text) => new(0, text);

    /// <inheritdoc/>
    public override string ToString() => Text ?? Number.ToString(CultureInfo.InvariantCulture);
}
