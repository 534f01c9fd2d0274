using System.Collections.Immutable;

namespace Holdfast.Cel.Syntax;

/// <summary>What a macro over the elements of a range does.</summary>
internal enum CelMacro
{
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    OptMap,
    OptFlatMap,
    TransformList,
    TransformMap,
    TransformMapEntry,
    SortBy,
}

/// <summary>A node of an expression's tree. Immutable.</summary>
/// <param name="Position">Where it stands in the text.</param>
/// <param name="Depth">How deep the tree below it is.</param>
internal abstract record CelNode(int Position, int Depth);

internal sealed record LiteralNode(int Position, CelValue Value) : CelNode(Position, 1);

internal sealed record IdentifierNode(int Position, string Name) : CelNode(Position, 1);

/// <summary>A field of an object or map; with <paramref name="IsTest"/>, whether it is there; with <paramref name="IsOptional"/>, it may be missing.</summary>
internal sealed record SelectNode(int Position, CelNode Operand, string Field, bool IsTest, bool IsOptional = false) : CelNode(Position, Operand.Depth + 1);

/// <summary>A call of a function or operator; a member's target is its first argument.</summary>
internal sealed record CallNode(int Position, string Function, bool IsMember, ImmutableArray<CelNode> Arguments)
    : CelNode(Position, CelNodes.DepthOver(Arguments));

/// <summary>An element of a list, or the key of an entry, that is left out when the value is missing.</summary>
internal sealed record OptionalNode(int Position, CelNode Value) : CelNode(Position, Value.Depth + 1);

internal sealed record ListNode(int Position, ImmutableArray<CelNode> Items) : CelNode(Position, CelNodes.DepthOver(Items));

internal sealed record MapNode(int Position, ImmutableArray<CelNode> Keys, ImmutableArray<CelNode> Values)
    : CelNode(Position, Math.Max(CelNodes.DepthOver(Keys), CelNodes.DepthOver(Values)));

/// <summary>
/// A macro: <paramref name="Body"/> for each element of the range that passes <paramref name="Filter"/>. With one variable it is the
/// element of a list or the key of a map; with two they are the index and the element, or the key and the value.
/// </summary>
internal sealed record ComprehensionNode(int Position, CelMacro Macro, CelNode Range, string Variable, string? Second, CelNode? Filter, CelNode Body)
    : CelNode(Position, Math.Max(Range.Depth, Math.Max(Filter?.Depth ?? 0, Body.Depth)) + 1);

internal static class CelNodes
{
    public static int DepthOver(ImmutableArray<CelNode> nodes)
    {
        var depth = 0;
        foreach (var node in nodes)
            depth = Math.Max(depth, node.Depth);
        return depth + 1;
    }
}
