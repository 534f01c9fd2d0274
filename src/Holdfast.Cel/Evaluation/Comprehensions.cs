using System.Collections.Immutable;
using Holdfast.Cel.Costs;
using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;
using Holdfast.Cel.Values;

namespace Holdfast.Cel.Evaluation;

/// <summary>
/// Runs macros. What it spends besides the parts of a macro is what cel-go spends for the loop that it makes of each:
/// for the accumulator, and for looking whether the loop is decided.
/// </summary>
internal sealed class Comprehensions(CelEvaluator evaluator, CelCost cost)
{
    public CelValue Evaluate(ComprehensionNode node, CelActivation scope)
    {
        var range = evaluator.Evaluate(node.Range, scope);
        if (node.Macro is CelMacro.OptMap or CelMacro.OptFlatMap)
            return EvaluateOptional(node, scope, range);
        if (Scopes(node, scope, range) is not { } scopes)
            return range is CelError ? range : CelError.NoSuchOverload;
        return node.Macro switch
        {
            CelMacro.All => Quantified(node, scopes, decides: false),
            CelMacro.Exists => Quantified(node, scopes, decides: true),
            CelMacro.ExistsOne => ExistsOne(node, scopes),
            CelMacro.TransformMap or CelMacro.TransformMapEntry => Mapped(node, scopes),
            CelMacro.SortBy => Sorted(node, range, scopes),
            _ => Collected(node, scopes),
        };
    }

    // Each step of the loop with its variables, and the first of them; null when there is nothing to walk over.
    private static IEnumerable<(CelValue First, CelActivation Scope)>? Scopes(ComprehensionNode node, CelActivation scope, CelValue range) => (range, node.Second) switch
    {
        (CelList list, null) => list.Items.Select(item => (item, scope.With(node.Variable, item))),
        (CelMap map, null) => map.Entries.Keys.Select(key => (key, scope.With(node.Variable, key))),
        (CelList list, { } second) => list.Items.Select((item, index) =>
            ((CelValue)new CelInt(index), scope.With(node.Variable, new CelInt(index)).With(second, item))),
        (CelMap map, { } second) => map.Entries.Select(entry => (entry.Key, scope.With(node.Variable, entry.Key).With(second, entry.Value))),
        _ => null,
    };

    private CelValue EvaluateOptional(ComprehensionNode node, CelActivation scope, CelValue range)
    {
        cost.Spend(1);
        if (range is not CelOptional optional)
            return range is CelError ? range : CelError.NoSuchOverload;
        cost.Spend(1);
        if (optional.Value is null)
            return CelOptional.None;
        var result = evaluator.Evaluate(node.Body, scope.With(node.Variable, optional.Value));
        return node.Macro == CelMacro.OptMap && result is not CelError ? new CelOptional(result)
            : result is CelError or CelOptional ? result
            : CelError.NoSuchOverload;
    }

    private CelValue Quantified(ComprehensionNode node, IEnumerable<(CelValue First, CelActivation Scope)> scopes, bool decides)
    {
        CelValue result = CelBool.Of(!decides);
        var conditionCost = decides ? 3 : 2;
        cost.Spend(1);
        foreach (var (_, scope) in scopes)
        {
            cost.Spend(conditionCost);
            if (result is CelBool known && known.Value == decides)
                return result;
            cost.Spend(1);
            result = CelEvaluator.Joined(result, evaluator.Evaluate(node.Body, scope), decides);
        }
        return result;
    }

    private CelValue ExistsOne(ComprehensionNode node, IEnumerable<(CelValue First, CelActivation Scope)> scopes)
    {
        var count = 0;
        cost.Spend(2);
        foreach (var (_, scope) in scopes)
        {
            var holds = evaluator.Evaluate(node.Body, scope);
            if (holds is not CelBool known)
                return holds is CelError ? holds : CelError.NoSuchOverload;
            cost.Spend(known.Value ? 2 : 1);
            count += known.Value ? 1 : 0;
        }
        return CelBool.Of(count == 1);
    }

    private CelValue Collected(ComprehensionNode node, IEnumerable<(CelValue First, CelActivation Scope)> scopes)
    {
        var collected = ImmutableArray.CreateBuilder<CelValue>();
        cost.Spend(CallCosts.NewList + 1);
        foreach (var (first, scope) in scopes)
        {
            if (Passes(node.Macro == CelMacro.Filter ? node.Body : node.Filter, scope, out var passes) is { } failure)
                return failure;
            cost.Spend(1);
            if (!passes)
                continue;
            cost.Spend(CallCosts.NewList + 1);
            var value = node.Macro == CelMacro.Filter ? Taken(first) : evaluator.Evaluate(node.Body, scope);
            if (value is CelError)
                return value;
            collected.Add(value);
        }
        return new CelList(collected.ToImmutable());
    }

    private CelValue Taken(CelValue element)
    {
        cost.Spend(1);
        return element;
    }

    private CelValue Mapped(ComprehensionNode node, IEnumerable<(CelValue First, CelActivation Scope)> scopes)
    {
        var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
        cost.Spend(CallCosts.NewMap + 1);
        foreach (var (first, scope) in scopes)
        {
            if (Passes(node.Filter, scope, out var passes) is { } failure)
                return failure;
            cost.Spend(1);
            if (!passes)
                continue;
            cost.Spend(node.Macro == CelMacro.TransformMap ? 2 : 1);
            var value = evaluator.Evaluate(node.Body, scope);
            IEnumerable<KeyValuePair<CelValue, CelValue>> added = (node.Macro, value) switch
            {
                (_, CelError) => [],
                (CelMacro.TransformMap, _) => [new(first, value)],
                (_, CelMap map) => map.Entries,
                _ => [],
            };
            if (value is CelError || (node.Macro == CelMacro.TransformMapEntry && value is not CelMap))
                return value is CelError ? value : CelError.NoSuchOverload;
            foreach (var (key, item) in added)
            {
                if (!entries.TryAdd(key, item))
                    return CelError.Of($"insert failed: key {Conversions.ToText(key)} already exists");
            }
        }
        return new CelMap(entries);
    }

    private CelValue Sorted(ComprehensionNode node, CelValue range, IEnumerable<(CelValue First, CelActivation Scope)> scopes)
    {
        if (range is not CelList list)
            return CelError.NoSuchOverload;
        cost.Spend(CallCosts.NewList + 2);
        var keys = Collected(node, scopes);
        if (keys is not CelList sorted)
            return keys;
        cost.Spend(CallCosts.SelfComparison(sorted));
        return ListShapes.SortedBy(list.Items, sorted.Items);
    }

    private CelValue? Passes(CelNode? test, CelActivation scope, out bool passes)
    {
        passes = true;
        if (test is null)
            return null;
        var holds = evaluator.Evaluate(test, scope);
        if (holds is not CelBool known)
            return holds is CelError ? holds : CelError.NoSuchOverload;
        passes = known.Value;
        return null;
    }
}
