using System.Collections.Immutable;

namespace Holdfast.Cel;

/// <summary>
/// How a list is compared and joined (<c>x-kubernetes-list-type</c>): the order of a set or of a list that is a map does not matter,
/// and joining adds what is not there yet, or replaces what has the same keys.
/// </summary>
/// <param name="Keys">The members, as expressions name them, that tell the items of a map apart; empty for a set.</param>
public sealed record CelListRule(ImmutableArray<string> Keys)
{
    /// <summary>The rule of sets.</summary>
    public static CelListRule Set { get; } = new([]);
}
