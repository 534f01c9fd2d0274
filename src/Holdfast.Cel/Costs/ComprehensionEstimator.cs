using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Costs;

/// <summary>
/// What macros may cost: as often as the range is long, the loop's condition and its step, as cel-go has them when it makes a loop of the macro.
/// </summary>
internal sealed class ComprehensionEstimator(CostEstimator estimator)
{
    private static readonly CelCostRange One = CelCostRange.Exactly(1);
    private static readonly CelCostRange Two = CelCostRange.Exactly(2);
    private static readonly CelCostRange NewList = CelCostRange.Exactly((ulong)CallCosts.NewList);
    private static readonly CelCostRange NewMap = CelCostRange.Exactly((ulong)CallCosts.NewMap);

    public CelCostRange Estimate(ComprehensionNode node)
    {
        var range = estimator.Estimate(node.Range);
        if (node.Macro is CelMacro.OptMap or CelMacro.OptFlatMap)
            return EstimateOptional(node, range);
        return node.Macro == CelMacro.SortBy ? EstimateSort(node, range) : range + EstimateLoop(node, node.Range);
    }

    private CelCostRange EstimateLoop(ComprehensionNode node, CelNode range)
    {
        Push(node, range);
        var filter = node.Filter is null ? default : estimator.Estimate(node.Filter);
        var body = estimator.Estimate(node.Body);
        var element = node.Macro == CelMacro.Filter ? LocalSize(node) : estimator.SizeOf(node.Body);
        Pop(node);
        var count = estimator.SizeOf(range);
        var (before, step, result) = Loop(node, filter, body);
        if (before.Maximum == 0)
            estimator.SetSize(node, One);
        else
        {
            estimator.SetSize(node, count);
            estimator.SetElements(node, node.Macro is CelMacro.TransformMap or CelMacro.TransformMapEntry ? null : new CelCostRange(0, 0).Or(element));
        }
        return before + result + (count * step);
    }

    // What is made before the loop, what each round costs, and the result.
    private static (CelCostRange Before, CelCostRange Step, CelCostRange Result) Loop(ComprehensionNode node, CelCostRange filter, CelCostRange body)
    {
        var made = One + NewList + body + One;
        return node.Macro switch
        {
            CelMacro.All => (default, Two + new CelCostRange(1, CelCostRange.Sum(body.Maximum, 1)), One),
            CelMacro.Exists => (default, Two + One + new CelCostRange(1, CelCostRange.Sum(body.Maximum, 1)), One),
            CelMacro.ExistsOne => (default, body + One.Or(Two), Two),
            CelMacro.Filter => (NewList, body + One.Or(One + NewList + One + One), One),
            CelMacro.TransformMap => (NewMap, Filtered(node, filter, One + One + One + body), One),
            CelMacro.TransformMapEntry => (NewMap, Filtered(node, filter, One + One + body), One),
            _ => (NewList, Filtered(node, filter, made), One),
        };
    }

    private static CelCostRange Filtered(ComprehensionNode node, CelCostRange filter, CelCostRange step) => node.Filter is null ? step : filter + step.Or(One);

    // hasValue() ? optional.of(body with the value) : optional.none()
    private CelCostRange EstimateOptional(ComprehensionNode node, CelCostRange range)
    {
        estimator.Push(new(node.Variable, [], null, null));
        var body = estimator.Estimate(node.Body);
        estimator.Pop();
        var taken = NewList + range + One + body + (node.Macro == CelMacro.OptMap ? One : default);
        return range + One + taken.Or(One);
    }

    // The list is bound to a name, its keys are made by a map over that, and both are sorted together.
    private CelCostRange EstimateSort(ComprehensionNode node, CelCostRange range)
    {
        var keys = One + EstimateLoop(node with { Macro = CelMacro.Map }, node.Range);
        var sorting = CallEstimates.Sorting(estimator.SizeOf(node.Range), estimator.TypeOf(node.Body));
        if (sorting.Size is { } size)
            estimator.SetSize(node, size);
        return NewList + range + One + keys + sorting.Cost;
    }

    private void Push(ComprehensionNode node, CelNode range)
    {
        var isList = estimator.TypeOf(range).Kind == CelKind.List;
        var (path, elements) = (estimator.PathOf(range), estimator.MadeElementsOf(range));
        if (node.Second is null)
        {
            estimator.Push(new(node.Variable, path.Add(isList ? CelPaths.Items : CelPaths.Keys), isList ? elements : null, null));
            return;
        }
        estimator.Push(new(node.Variable, path.Add(isList ? CelPaths.Indices : CelPaths.Keys), null, null));
        estimator.Push(new(node.Second, path.Add(isList ? CelPaths.Items : CelPaths.Values), elements, null));
    }

    private void Pop(ComprehensionNode node)
    {
        estimator.Pop();
        if (node.Second is not null)
            estimator.Pop();
    }

    private CelCostRange LocalSize(ComprehensionNode node) => estimator.SizeOf(new IdentifierNode(node.Position, node.Variable));
}
