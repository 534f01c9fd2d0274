using System.Runtime.CompilerServices;

namespace Holdfast.Platform;

/// <summary>Builds an invariant's message, and nothing at all while the invariant holds.</summary>
[InterpolatedStringHandler]
public ref struct InvariantMessage
{
    private DefaultInterpolatedStringHandler _inner;

    /// <summary>Called by the compiler before the parts of the message.</summary>
    /// <param name="literalLength">Characters outside the holes.</param>
    /// <param name="formattedCount">How many holes there are.</param>
    /// <param name="condition">Whether the invariant holds.</param>
    /// <param name="isNeeded">False when it holds: the holes are then not evaluated.</param>
    public InvariantMessage(int literalLength, int formattedCount, bool condition, out bool isNeeded)
    {
        isNeeded = !condition;
        if (isNeeded)
            _inner = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    /// <summary>Appends text between the holes.</summary>
    /// <param name="text">The text.</param>
    public void AppendLiteral(string text) => _inner.AppendLiteral(text);

    /// <summary>Appends a hole's value.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

    /// <summary>Appends a hole's value in a format.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="format">A format string of the value's type.</param>
    public void AppendFormatted<T>(T value, string? format) => _inner.AppendFormatted(value, format);

    internal string ToStringAndClear() => _inner.ToStringAndClear();
}
