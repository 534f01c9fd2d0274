using System.Collections.Immutable;
using Holdfast.Cel.Checking;
using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Costs;

/// <summary>
/// Finds what an expression may cost before it runs, as cel-go's estimator does: sizes are those of the data's type where a node is a
/// path into it, else those of what the expression makes.
/// </summary>
/// <param name="facts">The types of the nodes.</param>
/// <param name="root">The type of the data, which every path begins with.</param>
internal sealed class CostEstimator(CelFacts facts, CelType root)
{
    private static readonly CelCostRange One = CelCostRange.Exactly(1);
    private readonly Dictionary<CelNode, CelCostRange> _sizes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CelNode, CelCostRange> _elements = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CelNode, ImmutableArray<string>> _paths = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<LocalVariable> _locals = new();

    public CelCostRange Estimate(CelNode node) => node switch
    {
        LiteralNode => default,
        IdentifierNode identifier => EstimateIdentifier(identifier),
        SelectNode select => EstimateSelect(select),
        CallNode call => EstimateCall(call),
        ListNode list => EstimateList(list),
        MapNode map => EstimateMap(map),
        OptionalNode optional => Estimate(optional.Value),
        ComprehensionNode comprehension => new ComprehensionEstimator(this).Estimate(comprehension),
        _ => throw new InvalidOperationException($"{node.GetType().Name} is not estimated"),
    };

    /// <summary>How large a node's value is.</summary>
    public CelCostRange SizeOf(CelNode node)
    {
        if (_sizes.TryGetValue(node, out var known))
            return known;
        return LiteralSize(node) ?? SizeAt(PathOf(node)) ?? (IsScalar(TypeOf(node)) ? One : LocalOf(node)?.Size ?? CelCostRange.Unknown);
    }

    /// <summary>How large the elements of what a node makes are; null when it makes no list or map.</summary>
    public CelCostRange? MadeElementsOf(CelNode node) => _elements.TryGetValue(node, out var made) ? made : LocalOf(node)?.Elements;

    /// <summary>The path of a node into the data; empty when it is none.</summary>
    public ImmutableArray<string> PathOf(CelNode node) => LocalOf(node)?.Path ?? _paths.GetValueOrDefault(node, []);

    public CelType TypeOf(CelNode node) => facts.Types.GetValueOrDefault(node, CelType.Dyn);

    public void Push(LocalVariable variable) => _locals.Push(variable);

    public void Pop() => _locals.Pop();

    public void SetSize(CelNode node, CelCostRange size) => _sizes[node] = size;

    public void SetElements(CelNode node, CelCostRange? size)
    {
        if (size is { } known)
            _elements[node] = known;
    }

    private static CelCostRange? LiteralSize(CelNode node) => node switch
    {
        LiteralNode { Value: CelString text } => CelCostRange.Exactly((ulong)CodePoints.Count(text.Value)),
        LiteralNode { Value: CelBytes bytes } => CelCostRange.Exactly((ulong)bytes.Value.Length),
        LiteralNode => One,
        ListNode list => CelCostRange.Exactly((ulong)list.Items.Length),
        MapNode map => CelCostRange.Exactly((ulong)map.Keys.Length),
        _ => null,
    };

    private static bool IsScalar(CelType type) => type.Kind is CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Timestamp or CelKind.Duration
        || (type.Kind == CelKind.Optional && IsScalar(type.Element));

    // The first step is the variable, self or oldSelf, whatever stands there.
    private CelCostRange? SizeAt(ImmutableArray<string> path)
    {
        if (path.IsEmpty)
            return null;
        var at = root;
        foreach (var step in path.Skip(1))
        {
            var next = step switch
            {
                CelPaths.Items or CelPaths.Values => at.Kind is CelKind.List or CelKind.Map ? at.Element : null,
                CelPaths.Keys => at.Kind == CelKind.Map ? at.Key : null,
                _ => at.FindField(step)?.Type,
            };
            if (next is null)
                return null;
            at = next;
        }
        return new(0, at.MaximumSize);
    }

    private LocalVariable? LocalOf(CelNode node) => node is IdentifierNode identifier ? _locals.FirstOrDefault(local => local.Name == identifier.Name) : null;

    private CelCostRange EstimateIdentifier(IdentifierNode node)
    {
        _paths[node] = LocalOf(node)?.Path ?? [node.Name];
        return One;
    }

    private CelCostRange EstimateSelect(SelectNode node)
    {
        var operand = Estimate(node.Operand);
        if (node.IsTest)
            return operand;
        if (node.IsOptional)
            return operand + One;
        _paths[node] = PathOf(node.Operand).Add(node.Field);
        return TypeOf(node.Operand).Kind is CelKind.Map or CelKind.Object ? operand + One : operand;
    }

    private CelCostRange EstimateList(ListNode node)
    {
        var cost = CelCostRange.Exactly((ulong)CallCosts.NewList);
        CelCostRange? elements = node.Items.IsEmpty ? default(CelCostRange) : null;
        foreach (var item in node.Items)
        {
            cost += Estimate(item);
            elements = elements?.Or(SizeOf(item)) ?? SizeOf(item);
        }
        SetElements(node, elements);
        return cost;
    }

    private CelCostRange EstimateMap(MapNode node)
    {
        var cost = CelCostRange.Exactly((ulong)CallCosts.NewMap);
        CelCostRange? values = node.Keys.IsEmpty ? default(CelCostRange) : null;
        for (var index = 0; index < node.Keys.Length; index++)
        {
            cost += Estimate(node.Keys[index]) + Estimate(node.Values[index]);
            values = values?.Or(SizeOf(node.Values[index])) ?? SizeOf(node.Values[index]);
        }
        SetElements(node, values);
        return cost;
    }

    private CelCostRange EstimateCall(CallNode node)
    {
        var costs = node.Arguments.Select(Estimate).ToArray();
        if (node.Function == "dyn")
        {
            SetSize(node, SizeOf(node.Arguments[0]));
            SetElements(node, MadeElementsOf(node.Arguments[0]));
            return One + costs[0];
        }
        var total = costs.Aggregate(default(CelCostRange), (sum, cost) => sum + cost);
        return node.Function switch
        {
            "_&&_" or "_||_" => new(costs[0].Minimum, total.Maximum),
            "_?_:_" => EstimateChoice(node, costs),
            _ => total + EstimateOverloads(node),
        };
    }

    private CelCostRange EstimateChoice(CallNode node, CelCostRange[] costs)
    {
        SetSize(node, SizeOf(node.Arguments[1]).Or(SizeOf(node.Arguments[2])));
        if (MadeElementsOf(node.Arguments[1]) is { } one && MadeElementsOf(node.Arguments[2]) is { } other)
            SetElements(node, one.Or(other));
        return costs[0] + costs[1].Or(costs[2]);
    }

    private CelCostRange EstimateOverloads(CallNode node)
    {
        var arguments = node.Arguments.Select(argument => new CallArgument(argument, TypeOf(argument), SizeOf(argument), ElementSizeOf(argument))).ToArray();
        CelCostRange? cost = null;
        CelCostRange? size = null;
        foreach (var overload in facts.Overloads.GetValueOrDefault(node, []))
        {
            var estimate = CallEstimates.Of(overload, arguments);
            cost = cost?.Or(estimate.Cost) ?? estimate.Cost;
            size = estimate.Size is { } made ? size?.Or(made) ?? made : size;
            if (overload.Name != "_[_]" || overload.Parameters[0].Kind == CelKind.Optional)
                continue;
            _paths[node] = PathOf(node.Arguments[0]).Add(overload.Parameters[0].Kind == CelKind.List ? CelPaths.Items : CelPaths.Values);
            size = MadeElementsOf(node.Arguments[0]);
        }
        if (size is { } known)
            SetSize(node, known);
        if (node.Function == "_+_" && MadeElementsOf(node.Arguments[0]) is { } left && MadeElementsOf(node.Arguments[1]) is { } right)
            SetElements(node, left.Or(right));
        return cost ?? default;
    }

    private CelCostRange ElementSizeOf(CelNode node) =>
        TypeOf(node).Kind == CelKind.List && PathOf(node) is { IsEmpty: false } path ? SizeAt(path.Add(CelPaths.Items)) ?? CelCostRange.Unknown : CelCostRange.Unknown;
}

/// <summary>A variable of a macro while its body is estimated.</summary>
/// <param name="Name">The name.</param>
/// <param name="Path">Its path into the data; empty when it is none.</param>
/// <param name="Size">How large it is, when that is known.</param>
/// <param name="Elements">How large its elements are, when that is known.</param>
internal sealed record LocalVariable(string Name, ImmutableArray<string> Path, CelCostRange? Size, CelCostRange? Elements);

/// <summary>Steps of paths that are no names of fields.</summary>
internal static class CelPaths
{
    public const string Items = "@items";
    public const string Values = "@values";
    public const string Keys = "@keys";
    public const string Indices = "@indices";
}
