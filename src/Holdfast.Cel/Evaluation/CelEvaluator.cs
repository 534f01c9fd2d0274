using System.Collections.Immutable;
using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;
using Holdfast.Cel.Values;

namespace Holdfast.Cel.Evaluation;

/// <summary>
/// Walks the tree. Errors are values: they pass through what is strict, and <c>&amp;&amp;</c>, <c>||</c>, <c>all</c> and
/// <c>exists</c> drop them when the other operands decide.
/// </summary>
internal sealed class CelEvaluator(CelCall call)
{
    // What cel-go counts for making a list, a map, and for adding one element in a macro.
    private const int ListCost = 10;
    private const int MapCost = 30;
    private const int AppendCost = 12;

    public CelValue Evaluate(CelNode node, CelActivation scope) => node switch
    {
        LiteralNode literal => literal.Value,
        IdentifierNode identifier => EvaluateIdentifier(identifier, scope),
        SelectNode select => EvaluateSelect(select, scope),
        CallNode { Function: "_&&_" } logic => EvaluateLogic(logic, scope, decides: false),
        CallNode { Function: "_||_" } logic => EvaluateLogic(logic, scope, decides: true),
        CallNode { Function: "_?_:_" } choice => EvaluateChoice(choice, scope),
        CallNode function => EvaluateCall(function, scope),
        ListNode list => EvaluateList(list, scope),
        MapNode map => EvaluateMap(map, scope),
        ComprehensionNode comprehension => EvaluateComprehension(comprehension, scope),
        _ => throw new InvalidOperationException($"{node.GetType().Name} is not evaluated"),
    };

    private CelValue EvaluateIdentifier(IdentifierNode node, CelActivation scope)
    {
        call.Cost.Spend(1);
        return scope.Find(node.Name)
            ?? (Conversions.NamedTypes.TryGetValue(node.Name, out var type) ? new CelTypeValue(type) : CelError.Of($"no such attribute(s): {node.Name}"));
    }

    private CelValue EvaluateSelect(SelectNode node, CelActivation scope)
    {
        var operand = Evaluate(node.Operand, scope);
        call.Cost.Spend(1);
        if (operand is CelError)
            return operand;
        var isOptional = node.IsOptional || operand is CelOptional;
        if (operand is CelOptional { Value: var inner })
        {
            if (inner is null)
                return node.IsTest ? CelBool.False : CelOptional.None;
            operand = inner;
        }
        if (operand is not CelMap map)
            return CelError.NoSuchOverload;
        var key = new CelString(node.Field);
        if (node.IsTest)
            return CelBool.Of(map.Entries.ContainsKey(key));
        if (map.Entries.TryGetValue(key, out var found))
            return isOptional ? new CelOptional(found) : found;
        return isOptional ? CelOptional.None : Operators.NoSuchKey(key);
    }

    private CelValue EvaluateLogic(CallNode node, CelActivation scope, bool decides)
    {
        var left = Evaluate(node.Arguments[0], scope);
        if (left is CelBool first && first.Value == decides)
            return left;
        var right = Evaluate(node.Arguments[1], scope);
        call.Cost.Spend(1);
        return Joined(left, right, decides);
    }

    private static CelValue Joined(CelValue left, CelValue right, bool decides) => (left, right) switch
    {
        (_, CelBool second) when second.Value == decides => right,
        (CelBool, CelBool) => right,
        (CelError, _) => left,
        (_, CelError) => right,
        _ => CelError.NoSuchOverload,
    };

    private CelValue EvaluateChoice(CallNode node, CelActivation scope)
    {
        var condition = Evaluate(node.Arguments[0], scope);
        call.Cost.Spend(1);
        return condition switch
        {
            CelBool { Value: true } => Evaluate(node.Arguments[1], scope),
            CelBool => Evaluate(node.Arguments[2], scope),
            CelError => condition,
            _ => CelError.NoSuchOverload,
        };
    }

    private CelValue EvaluateCall(CallNode node, CelActivation scope)
    {
        var arguments = new CelValue[node.Arguments.Length];
        for (var index = 0; index < arguments.Length; index++)
        {
            arguments[index] = Evaluate(node.Arguments[index], scope);
            if (arguments[index] is CelError)
                return arguments[index];
        }
        call.Cost.Spend(1);
        foreach (var overload in StandardFunctions.Find(node.Function, node.IsMember, arguments.Length))
        {
            if (overload.Takes(arguments))
                return overload.Apply(call, arguments);
        }
        return CelError.NoSuchOverload;
    }

    private CelValue EvaluateList(ListNode node, CelActivation scope)
    {
        call.Cost.Spend(ListCost);
        var items = ImmutableArray.CreateBuilder<CelValue>(node.Items.Length);
        foreach (var each in node.Items)
        {
            var item = Evaluate(each, scope);
            if (item is CelError)
                return item;
            items.Add(item);
        }
        return new CelList(items.MoveToImmutable());
    }

    private CelValue EvaluateMap(MapNode node, CelActivation scope)
    {
        call.Cost.Spend(MapCost);
        var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
        for (var index = 0; index < node.Keys.Length; index++)
        {
            var (key, value) = (Evaluate(node.Keys[index], scope), Evaluate(node.Values[index], scope));
            if (key is CelError)
                return key;
            if (value is CelError)
                return value;
            if (!CelKeyComparer.MayBeKey(key))
                return CelError.Of($"unsupported key type: {key.Type.Name}");
            if (!entries.TryAdd(key, value))
                return CelError.Of("Failed with repeated key");
        }
        return new CelMap(entries);
    }

    private CelValue EvaluateComprehension(ComprehensionNode node, CelActivation scope)
    {
        var range = Evaluate(node.Range, scope);
        if (node.Macro is CelMacro.OptMap or CelMacro.OptFlatMap)
            return EvaluateOptional(node, scope, range);
        IEnumerable<CelValue>? items = range switch
        {
            CelList list => list.Items,
            CelMap map => map.Entries.Keys,
            _ => null,
        };
        if (items is null)
            return range is CelError ? range : CelError.NoSuchOverload;
        return node.Macro switch
        {
            CelMacro.All => Quantified(node, scope, items, decides: false),
            CelMacro.Exists => Quantified(node, scope, items, decides: true),
            CelMacro.ExistsOne => ExistsOne(node, scope, items),
            _ => Collected(node, scope, items),
        };
    }

    private CelValue EvaluateOptional(ComprehensionNode node, CelActivation scope, CelValue range)
    {
        if (range is not CelOptional optional)
            return range is CelError ? range : CelError.NoSuchOverload;
        if (optional.Value is null)
            return CelOptional.None;
        var result = Evaluate(node.Body, scope.With(node.Variable, optional.Value));
        return node.Macro == CelMacro.OptMap && result is not CelError ? new CelOptional(result)
            : result is CelError or CelOptional ? result
            : CelError.NoSuchOverload;
    }

    private CelValue Quantified(ComprehensionNode node, CelActivation scope, IEnumerable<CelValue> items, bool decides)
    {
        CelValue result = CelBool.Of(!decides);
        foreach (var item in items)
        {
            call.Cost.Spend(1);
            result = Joined(result, Evaluate(node.Body, scope.With(node.Variable, item)), decides);
            if (result is CelBool known && known.Value == decides)
                return result;
        }
        return result;
    }

    private CelValue ExistsOne(ComprehensionNode node, CelActivation scope, IEnumerable<CelValue> items)
    {
        var count = 0;
        foreach (var item in items)
        {
            call.Cost.Spend(1);
            var holds = Evaluate(node.Body, scope.With(node.Variable, item));
            if (holds is not CelBool known)
                return holds is CelError ? holds : CelError.NoSuchOverload;
            count += known.Value ? 1 : 0;
        }
        return CelBool.Of(count == 1);
    }

    private CelValue Collected(ComprehensionNode node, CelActivation scope, IEnumerable<CelValue> items)
    {
        var collected = ImmutableArray.CreateBuilder<CelValue>();
        foreach (var item in items)
        {
            call.Cost.Spend(1);
            var inner = scope.With(node.Variable, item);
            var test = node.Macro == CelMacro.Filter ? node.Body : node.Filter;
            var passes = test is null ? CelBool.True : Evaluate(test, inner);
            if (passes is not CelBool known)
                return passes is CelError ? passes : CelError.NoSuchOverload;
            if (!known.Value)
                continue;
            var value = node.Macro == CelMacro.Filter ? item : Evaluate(node.Body, inner);
            if (value is CelError)
                return value;
            call.Cost.Spend(AppendCost);
            collected.Add(value);
        }
        return new CelList(collected.ToImmutable());
    }
}
