using System.Collections.Immutable;
using Holdfast.Cel.Functions;

namespace Holdfast.Cel.Syntax;

/// <summary>Calls that are not calls: macros, and functions whose names have dots.</summary>
internal static class CelMacros
{
    /// <summary><c>has(e.f)</c>.</summary>
    public static SelectNode ExpandHas(int position, CelNode argument) => argument is SelectNode { IsTest: false } select
        ? select with { Position = position, IsTest = true }
        : throw new CelSyntaxException(argument.Position, "invalid argument to has() macro");

    /// <summary>A macro over a range, or null when the call is none.</summary>
    public static ComprehensionNode? ExpandMember(int position, CelNode range, string name, ImmutableArray<CelNode> arguments)
    {
        if (Find(name, arguments.Length) is not { } found)
            return null;
        var first = NameOf(arguments[0]);
        var second = found.Variables == 2 ? NameOf(arguments[1]) : null;
        var filter = arguments.Length == found.Variables + 2 ? arguments[^2] : null;
        return new(position, found.Macro, range, first, second, filter, arguments[^1]);
    }

    private static (CelMacro Macro, int Variables)? Find(string name, int count) => (name, count) switch
    {
        ("all", 2 or 3) => (CelMacro.All, count - 1),
        ("exists", 2 or 3) => (CelMacro.Exists, count - 1),
        ("exists_one" or "existsOne", 2 or 3) => (CelMacro.ExistsOne, count - 1),
        ("map", 2 or 3) => (CelMacro.Map, 1),
        ("filter", 2) => (CelMacro.Filter, 1),
        ("optMap", 2) => (CelMacro.OptMap, 1),
        ("optFlatMap", 2) => (CelMacro.OptFlatMap, 1),
        ("sortBy", 2) => (CelMacro.SortBy, 1),
        ("transformList", 3 or 4) => (CelMacro.TransformList, 2),
        ("transformMap", 3 or 4) => (CelMacro.TransformMap, 2),
        ("transformMapEntry", 3 or 4) => (CelMacro.TransformMapEntry, 2),
        _ => null,
    };

    private static string NameOf(CelNode argument) => argument is IdentifierNode variable
        ? variable.Name
        : throw new CelSyntaxException(argument.Position, "argument must be a simple name");

    /// <summary>The name of a type such as <c>google.protobuf.Duration</c>, or null when the select is of a value.</summary>
    public static string? QualifiedType(CelNode operand, string field)
    {
        var name = operand switch
        {
            IdentifierNode scope => $"{scope.Name}.{field}",
            SelectNode { IsTest: false, IsOptional: false, Operand: IdentifierNode scope } inner => $"{scope.Name}.{inner.Field}.{field}",
            _ => null,
        };
        return name is not null && Conversions.NamedTypes.ContainsKey(name) ? name : null;
    }

    /// <summary>A call of a function such as <c>sets.contains</c>, or null when there is none of that name.</summary>
    public static CallNode? Qualified(int position, CelNode target, string name, ImmutableArray<CelNode> arguments) =>
        target is IdentifierNode scope && StandardFunctions.Has($"{scope.Name}.{name}")
            ? new(position, $"{scope.Name}.{name}", IsMember: false, arguments)
            : null;
}
