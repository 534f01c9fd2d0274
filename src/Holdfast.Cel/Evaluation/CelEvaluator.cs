using System.Collections.Immutable;
using Holdfast.Cel.Costs;
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
        ComprehensionNode comprehension => new Comprehensions(this, call.Cost).Evaluate(comprehension, scope),
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
        // Asking whether a field is there is free, as in Kubernetes; what an authorizer has is a variable of two words there.
        call.Cost.Spend(node.IsTest || operand is CelAuthorizer ? 0 : 1);
        if (operand is CelError)
            return operand;
        var isOptional = node.IsOptional || operand is CelOptional;
        if (operand is CelOptional { Value: var inner })
        {
            if (inner is null)
                return node.IsTest ? CelBool.False : CelOptional.None;
            operand = inner;
        }
        if (operand is CelAuthorizer { RequestResource: { } request } authorizer && node is { Field: "requestResource", IsTest: false })
            return new CelResourceCheck(authorizer.Source, request);
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
        return Joined(left, right, decides);
    }

    /// <summary>What two operands of a logical operator give.</summary>
    public static CelValue Joined(CelValue left, CelValue right, bool decides) => (left, right) switch
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
        foreach (var overload in StandardFunctions.Find(node.Function, node.IsMember, arguments.Length))
        {
            if (!overload.Takes(arguments))
                continue;
            call.Cost.Spend(CallCosts.Of(overload, arguments));
            return overload.Apply(call, arguments);
        }
        return CelError.NoSuchOverload;
    }

    private CelValue EvaluateList(ListNode node, CelActivation scope)
    {
        call.Cost.Spend(CallCosts.NewList);
        var items = ImmutableArray.CreateBuilder<CelValue>(node.Items.Length);
        foreach (var each in node.Items)
        {
            var item = Evaluate(each is OptionalNode optional ? optional.Value : each, scope);
            if (item is CelError)
                return item;
            if (each is not OptionalNode)
                items.Add(item);
            else if (item is not CelOptional { Value: var given })
                return CelError.NoSuchOverload;
            else if (given is not null)
                items.Add(given);
        }
        return new CelList(items.ToImmutable());
    }

    private CelValue EvaluateMap(MapNode node, CelActivation scope)
    {
        call.Cost.Spend(CallCosts.NewMap);
        var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
        for (var index = 0; index < node.Keys.Length; index++)
        {
            var mayBeMissing = node.Keys[index] is OptionalNode;
            var key = Evaluate(node.Keys[index] is OptionalNode optional ? optional.Value : node.Keys[index], scope);
            var value = Evaluate(node.Values[index], scope);
            if (mayBeMissing && value is CelOptional { Value: null })
                continue;
            if (mayBeMissing && value is not (CelOptional or CelError))
                return CelError.NoSuchOverload;
            if (Insert(entries, key, mayBeMissing && value is CelOptional given ? given.Value! : value) is { } failure)
                return failure;
        }
        return new CelMap(entries);
    }

    private static CelError? Insert(Dictionary<CelValue, CelValue> entries, CelValue key, CelValue value) => (key, value) switch
    {
        (CelError error, _) => error,
        (_, CelError error) => error,
        _ when !CelKeyComparer.MayBeKey(key) => CelError.Of($"unsupported key type: {key.Type.Name}"),
        _ => entries.TryAdd(key, value) ? null : CelError.Of("Failed with repeated key"),
    };
}
