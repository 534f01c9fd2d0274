using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;
using Holdfast.Cel.Values;

namespace Holdfast.Cel.Checking;

/// <summary>
/// Finds the type of every node before anything runs, so that names, fields and functions that are not there are refused when
/// an expression is written. What is <c>dyn</c> is left to the evaluation.
/// </summary>
internal sealed class CelChecker(CelEnvironment environment)
{
    private readonly List<(int Position, string Message)> _issues = [];
    private readonly Stack<(string Name, CelType Type)> _scopes = new();
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Regex> _patterns = new(StringComparer.Ordinal);
    private readonly CelFacts _facts = new();
    private int _formats;

    /// <summary>What is wrong, and where.</summary>
    public IReadOnlyList<(int Position, string Message)> Issues => _issues;

    /// <summary>The variables that the expression refers to.</summary>
    public ImmutableHashSet<string> Variables => [.. _variables];

    /// <summary>The patterns that stand in the expression.</summary>
    public ImmutableDictionary<string, Regex> Patterns => _patterns.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The types of nodes and the overloads that calls may choose, for estimates of costs.</summary>
    public CelFacts Facts => _facts;

    public CelType Check(CelNode node)
    {
        var type = TypeOf(node);
        _facts.Types[node] = type;
        return type;
    }

    private CelType TypeOf(CelNode node) => node switch
    {
        LiteralNode literal => literal.Value.Type,
        IdentifierNode identifier => CheckIdentifier(identifier),
        SelectNode select => CheckSelect(select),
        CallNode call => CheckCall(call),
        ListNode list => CelType.List(CheckAlike(list.Items)),
        MapNode map => CelType.Map(CheckAlike(map.Keys, isMap: true), CheckAlike([.. map.Values.Select((value, index) => map.Keys[index] is OptionalNode ? new OptionalNode(value.Position, value) : value)])),
        ComprehensionNode comprehension => new ComprehensionCheck(this).Check(comprehension),
        _ => throw new InvalidOperationException($"{node.GetType().Name} is not checked"),
    };

    private CelType CheckIdentifier(IdentifierNode node)
    {
        foreach (var scope in _scopes)
        {
            if (scope.Name == node.Name)
                return scope.Type;
        }
        if (environment.Find(node.Name) is { } declared)
        {
            _variables.Add(node.Name);
            return declared;
        }
        return Conversions.NamedTypes.ContainsKey(node.Name) ? CelType.Type : Undeclared(node.Position, node.Name);
    }

    private CelType CheckSelect(SelectNode node)
    {
        var operand = Check(node.Operand);
        var isViral = operand.Kind == CelKind.Optional;
        var type = FieldOf(isViral ? operand.Element : operand, node);
        return node.IsTest ? CelType.Bool : isViral || node.IsOptional ? CelType.Optional(type) : type;
    }

    private CelType FieldOf(CelType type, SelectNode node) => type.Kind switch
    {
        CelKind.Dyn => CelType.Dyn,
        CelKind.Map => type.Element,
        CelKind.Object or CelKind.Authorizer => type.FindField(node.Field)?.Type ?? Report(node.Position, $"undefined field '{node.Field}'"),
        _ => Report(node.Position, $"type '{type}' does not support field selection"),
    };

    private CelType CheckCall(CallNode node)
    {
        var before = _issues.Count;
        _formats += node.Function == "format" ? 1 : 0;
        var types = node.Arguments.Select(Check).ToArray();
        _formats -= node.Function == "format" ? 1 : 0;
        if (!CelLogic.Owns(node.Function) && !StandardFunctions.Has(node.Function))
            return Undeclared(node.Position, node.Function);
        if (_issues.Count > before)
            return CelType.Dyn;
        CheckLiterals(node);
        return Resolved(node, types) ?? Report(node.Position, $"found no matching overload for '{node.Function}' applied to '{Shown(node, types)}'");
    }

    private CelType? Resolved(CallNode node, CelType[] types)
    {
        if (CelLogic.Owns(node.Function))
            return CelLogic.SignatureOf(node.Function) is var (parameters, gives) ? Matched(parameters, gives, types) : null;
        CelType? result = null;
        var overloads = ImmutableArray.CreateBuilder<CelOverload>();
        foreach (var overload in StandardFunctions.Find(node.Function, node.IsMember, node.Arguments.Length))
        {
            if (Matched(overload.Parameters, overload.Result, types) is not { } resolved)
                continue;
            overloads.Add(overload);
            result = result is null || result.Equals(resolved) ? resolved : CelType.Dyn;
        }
        _facts.Overloads[node] = overloads.ToImmutable();
        return result;
    }

    private static CelType? Matched(ImmutableArray<CelType> parameters, CelType result, CelType[] types)
    {
        var assignments = new CelAssignments();
        return parameters.Zip(types).All(pair => assignments.Takes(pair.First, pair.Second)) ? assignments.Resolve(result) : null;
    }

    private static string Shown(CallNode node, CelType[] types) => node.IsMember
        ? $"{types[0]}.({string.Join(", ", types.Skip(1))})"
        : $"({string.Join(", ", types.AsEnumerable())})";

    // A literal that can never be read is refused here, and a pattern is read only once.
    private void CheckLiterals(CallNode node)
    {
        if (node is { Function: "matches" or "find" or "findAll", Arguments: [_, LiteralNode { Value: CelString pattern } at, ..] })
        {
            try
            {
                _patterns[pattern.Value] = CelPatterns.Read(pattern.Value);
            }
            catch (CelPatternException refused)
            {
                Report(at.Position, $"invalid {node.Function} argument: {refused.Message}");
            }
        }
        if (node.IsMember || node.Arguments is not [LiteralNode { Value: CelString text } only])
            return;
        if ((node.Function == "duration" && CelTimes.ParseDuration(text.Value) is null)
            || (node.Function == "timestamp" && CelTimes.ParseTimestamp(text.Value) is null))
            Report(only.Position, $"invalid {node.Function} argument");
    }

    // Kubernetes wants the elements of a literal to be of one type, but for what is to be formatted.
    private CelType CheckAlike(ImmutableArray<CelNode> nodes, bool isMap = false)
    {
        CelType? alike = null;
        foreach (var node in nodes)
        {
            var type = node is OptionalNode { Value: var value } && !isMap ? Present(value, Check(value)) : Check(node is OptionalNode key ? key.Value : node);
            if (alike is null || alike.Kind == CelKind.Null)
                alike = type;
            else if (type.Kind == CelKind.Dyn)
                alike = CelType.Dyn;
            else if (alike.Kind != CelKind.Dyn && !new CelAssignments().Takes(alike, type))
                alike = _formats > 0 ? CelType.Dyn : Report(node.Position, $"expected type '{alike}' but found '{type}'");
        }
        return alike ?? CelType.Dyn;
    }

    // What may be left out has to be a value that may be missing.
    private CelType Present(CelNode node, CelType type) => type.Kind switch
    {
        CelKind.Optional => type.Element,
        CelKind.Dyn => CelType.Dyn,
        _ => Report(node.Position, $"expected type 'optional_type({type})' but found '{type}'"),
    };

    /// <summary>Checks nodes with a variable more.</summary>
    public void Push(string name, CelType type) => _scopes.Push((name, type));

    /// <summary>Takes the last variable away.</summary>
    public void Pop() => _scopes.Pop();

    /// <summary>Reports what is not true or false.</summary>
    public void RequireBool(CelNode node, CelType type)
    {
        if (type.Kind is not (CelKind.Bool or CelKind.Dyn))
            Report(node.Position, $"expected type 'bool' but found '{type}'");
    }

    private CelType Undeclared(int position, string name) => Report(position, $"undeclared reference to '{name}' (in container '')");

    /// <summary>Reports a problem. What is wrong once is taken for anything, so that it is not reported again further out.</summary>
    public CelType Report(int position, string message)
    {
        if (_issues.Count < CelIssues.Maximum)
            _issues.Add((position, message));
        return CelType.Dyn;
    }
}
