using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast.Platform;

/// <summary>
/// Checks that stay on in production. A broken invariant means that the program itself is wrong: whoever owns the
/// process stops it before it writes anything more.
/// </summary>
public static class Invariant
{
    /// <summary>Throws unless <paramref name="condition"/> holds; the message is built only when it does not.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="name">The invariant's letter in docs/INVARIANTS.md ("A2"), or a short name.</param>
    /// <param name="message">What was found, and what was expected.</param>
    /// <exception cref="InvariantBrokenException">The condition does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        string name,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref InvariantMessage message)
    {
        if (!condition)
            throw new InvariantBrokenException(name, message.ToStringAndClear());
    }

    /// <inheritdoc cref="Holds(bool, string, ref InvariantMessage)"/>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string name, string message)
    {
        if (!condition)
            throw new InvariantBrokenException(name, message);
    }
}
