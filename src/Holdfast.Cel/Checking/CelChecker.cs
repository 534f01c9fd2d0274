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
    private int _formats;

    /// <summary>What is wrong, and where.</summary>
    public IReadOnlyList<(int Position, string Message)> Issues => _issues;

    /// <summary>The variables that the expression refers to.</summary>
    public ImmutableHashSet<string> Variables => [.. _variables];

    /// <summary>The patterns that stand in the expression.</summary>
    public ImmutableDictionary<string, Regex> Patterns => _patterns.ToImmutableDictionary(StringComparer.Ordinal);

    public CelType Check(CelNode node) => node switch
    {
        LiteralNode literal => literal.Value.Type,
        IdentifierNode identifier => CheckIdentifier(identifier),
        SelectNode select => CheckSelect(select),
        CallNode call => CheckCall(call),
        ListNode list => CelType.List(CheckAlike(list.Items)),
        MapNode map => CelType.Map(CheckAlike(map.Keys), CheckAlike(map.Values)),
        ComprehensionNode comprehension => CheckComprehension(comprehension),
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
        CelKind.Object => type.FindField(node.Field)?.Type ?? Report(node.Position, $"undefined field '{node.Field}'"),
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
        CelType? result = null;
        foreach (var (parameters, gives) in Signatures(node))
        {
            var assignments = new CelAssignments();
            if (!parameters.Zip(types).All(pair => assignments.Takes(pair.First, pair.Second)))
                continue;
            var resolved = assignments.Resolve(gives);
            result = result is null || result.Equals(resolved) ? resolved : CelType.Dyn;
        }
        return result ?? Report(node.Position, $"found no matching overload for '{node.Function}' applied to '{Shown(node, types)}'");
    }

    private static IEnumerable<(ImmutableArray<CelType> Parameters, CelType Result)> Signatures(CallNode node) =>
        CelLogic.Owns(node.Function)
            ? [CelLogic.SignatureOf(node.Function)]
            : StandardFunctions.Find(node.Function, node.IsMember, node.Arguments.Length).Select(overload => (overload.Parameters, overload.Result));

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
    private CelType CheckAlike(ImmutableArray<CelNode> nodes)
    {
        CelType? alike = null;
        foreach (var node in nodes)
        {
            var type = Check(node);
            if (alike is null || alike.Kind == CelKind.Null)
                alike = type;
            else if (type.Kind == CelKind.Dyn)
                alike = CelType.Dyn;
            else if (alike.Kind != CelKind.Dyn && !new CelAssignments().Takes(alike, type))
                alike = _formats > 0 ? CelType.Dyn : Report(node.Position, $"expected type '{alike}' but found '{type}'");
        }
        return alike ?? CelType.Dyn;
    }

    private CelType CheckComprehension(ComprehensionNode node)
    {
        var range = Check(node.Range);
        var isOptional = node.Macro is CelMacro.OptMap or CelMacro.OptFlatMap;
        var element = range.Kind switch
        {
            CelKind.Dyn => CelType.Dyn,
            CelKind.Optional when isOptional => range.Element,
            CelKind.List when !isOptional => range.Element,
            CelKind.Map when !isOptional => range.Key,
            _ when isOptional => Report(node.Position, $"found no matching overload for 'hasValue' applied to '{range}.()'"),
            _ => Report(node.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"),
        };
        _scopes.Push((node.Variable, element));
        if (node.Filter is not null)
            RequireBool(node.Filter, Check(node.Filter));
        var body = Check(node.Body);
        _scopes.Pop();
        if (node.Macro == CelMacro.OptFlatMap && body.Kind is not (CelKind.Optional or CelKind.Dyn))
            return Report(node.Body.Position, $"expected type 'optional_type' but found '{body}'");
        if (node.Macro is CelMacro.Map or CelMacro.OptMap or CelMacro.OptFlatMap)
            return node.Macro switch { CelMacro.Map => CelType.List(body), CelMacro.OptMap => CelType.Optional(body), _ => body };
        RequireBool(node.Body, body);
        return node.Macro == CelMacro.Filter ? CelType.List(element) : CelType.Bool;
    }

    private void RequireBool(CelNode node, CelType type)
    {
        if (type.Kind is not (CelKind.Bool or CelKind.Dyn))
            Report(node.Position, $"expected type 'bool' but found '{type}'");
    }

    private CelType Undeclared(int position, string name) => Report(position, $"undeclared reference to '{name}' (in container '')");

    // What is wrong once is taken for anything, so that it is not reported again further out.
    private CelType Report(int position, string message)
    {
        if (_issues.Count < CelIssues.Maximum)
            _issues.Add((position, message));
        return CelType.Dyn;
    }
}
