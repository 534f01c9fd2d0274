using System.Collections.Immutable;
using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Checking;

/// <summary>What is known of each node of a tree once it was checked. Nodes are told apart by their identity.</summary>
internal sealed class CelFacts
{
    public Dictionary<CelNode, CelType> Types { get; } = new(ReferenceEqualityComparer.Instance);

    public Dictionary<CelNode, ImmutableArray<CelOverload>> Overloads { get; } = new(ReferenceEqualityComparer.Instance);
}
