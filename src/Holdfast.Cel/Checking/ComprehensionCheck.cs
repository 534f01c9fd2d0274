using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Checking;

/// <summary>The types of macros and of their variables.</summary>
internal sealed class ComprehensionCheck(CelChecker checker)
{
    public CelType Check(ComprehensionNode node)
    {
        var range = checker.Check(node.Range);
        var (first, second) = Variables(node, range);
        checker.Push(node.Variable, first);
        if (node.Second is not null)
            checker.Push(node.Second, second);
        if (node.Filter is not null)
            checker.RequireBool(node.Filter, checker.Check(node.Filter));
        var body = checker.Check(node.Body);
        checker.Pop();
        if (node.Second is not null)
            checker.Pop();
        return Result(node, range, first, body);
    }

    private (CelType First, CelType Second) Variables(ComprehensionNode node, CelType range)
    {
        var isOptional = node.Macro is CelMacro.OptMap or CelMacro.OptFlatMap;
        return range.Kind switch
        {
            CelKind.Dyn => (CelType.Dyn, CelType.Dyn),
            CelKind.Optional when isOptional => (range.Element, CelType.Dyn),
            CelKind.List when !isOptional => node.Second is null ? (range.Element, CelType.Dyn) : (CelType.Int, range.Element),
            CelKind.Map when !isOptional && node.Macro != CelMacro.SortBy => (range.Key, range.Element),
            _ when isOptional => (checker.Report(node.Position, $"found no matching overload for 'hasValue' applied to '{range}.()'"), CelType.Dyn),
            _ => (checker.Report(node.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"), CelType.Dyn),
        };
    }

    private CelType Result(ComprehensionNode node, CelType range, CelType first, CelType body)
    {
        switch (node.Macro)
        {
            case CelMacro.OptFlatMap:
                return body.Kind is CelKind.Optional or CelKind.Dyn ? body : checker.Report(node.Body.Position, $"expected type 'optional_type' but found '{body}'");
            case CelMacro.OptMap:
                return CelType.Optional(body);
            case CelMacro.Map or CelMacro.TransformList:
                return CelType.List(body);
            case CelMacro.TransformMap:
                return CelType.Map(first, body);
            case CelMacro.TransformMapEntry:
                return body.Kind is CelKind.Map or CelKind.Dyn ? body
                    : checker.Report(node.Body.Position, $"found no matching overload for 'cel.@mapInsert' applied to '(map(dyn, dyn), {body})'");
            case CelMacro.SortBy:
                return IsComparable(body) ? range
                    : checker.Report(node.Body.Position, $"found no matching overload for '@sortByAssociatedKeys' applied to '{range}.(list({body}))'");
            default:
                checker.RequireBool(node.Body, body);
                return node.Macro == CelMacro.Filter ? CelType.List(first) : CelType.Bool;
        }
    }

    private static bool IsComparable(CelType type) => type.Kind is CelKind.Dyn or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool
        or CelKind.Duration or CelKind.Timestamp or CelKind.String or CelKind.Bytes;
}
