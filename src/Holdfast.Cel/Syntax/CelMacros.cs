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
        CelMacro? macro = (name, arguments.Length) switch
        {
            ("all", 2) => CelMacro.All,
            ("exists", 2) => CelMacro.Exists,
            ("exists_one" or "existsOne", 2) => CelMacro.ExistsOne,
            ("map", 2 or 3) => CelMacro.Map,
            ("filter", 2) => CelMacro.Filter,
            ("optMap", 2) => CelMacro.OptMap,
            ("optFlatMap", 2) => CelMacro.OptFlatMap,
            _ => null,
        };
        if (macro is null)
            return null;
        if (arguments[0] is not IdentifierNode variable)
            throw new CelSyntaxException(arguments[0].Position, "argument must be a simple name");
        return new(position, macro.Value, range, variable.Name, arguments.Length == 3 ? arguments[1] : null, arguments[^1]);
    }

    /// <summary>A call of a function such as <c>sets.contains</c>, or null when there is none of that name.</summary>
    public static CallNode? Qualified(int position, CelNode target, string name, ImmutableArray<CelNode> arguments) =>
        target is IdentifierNode scope && StandardFunctions.Has($"{scope.Name}.{name}")
            ? new(position, $"{scope.Name}.{name}", IsMember: false, arguments)
            : null;
}
