using System.Collections.Immutable;

namespace Holdfast.Cel.Functions;

/// <summary>What a function may use besides its arguments.</summary>
/// <param name="Cost">What the evaluation may spend.</param>
/// <param name="Patterns">The patterns of the expression.</param>
internal sealed record CelCall(CelCost Cost, CelPatterns Patterns);

/// <summary>Does what a function does; the arguments have the types of the overload.</summary>
internal delegate CelValue CelFunction(CelCall call, CelValue[] arguments);

/// <summary>One signature of a function; a member's target is its first parameter.</summary>
internal sealed record CelOverload(string Name, bool IsMember, ImmutableArray<CelType> Parameters, CelType Result, CelFunction Apply)
{
    /// <summary>Whether values are of the types that the signature wants.</summary>
    public bool Takes(CelValue[] arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            if (Parameters[index].Kind is not (CelKind.Dyn or CelKind.Parameter) && Parameters[index].Kind != arguments[index].Type.Kind)
                return false;
        }
        return true;
    }
}

/// <summary>Collects the overloads of a library.</summary>
internal sealed class CelLibrary
{
    private readonly List<CelOverload> _overloads = [];

    public IEnumerable<CelOverload> Overloads => _overloads;

    /// <summary>A function that is called as <c>f(a, b)</c>, or an operator.</summary>
    public CelLibrary Global(string name, CelType result, CelType[] parameters, CelFunction apply) => Add(name, isMember: false, result, parameters, apply);

    /// <summary>A function that is called as <c>a.f(b)</c>.</summary>
    public CelLibrary Member(string name, CelType result, CelType[] parameters, CelFunction apply) => Add(name, isMember: true, result, parameters, apply);

    private CelLibrary Add(string name, bool isMember, CelType result, CelType[] parameters, CelFunction apply)
    {
        _overloads.Add(new(name, isMember, [.. parameters], result, apply));
        return this;
    }
}
