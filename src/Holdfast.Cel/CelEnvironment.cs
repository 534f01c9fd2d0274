using System.Collections.Immutable;

namespace Holdfast.Cel;

/// <summary>What an expression may refer to, with the types it is checked against. Immutable.</summary>
public sealed class CelEnvironment
{
    private readonly ImmutableDictionary<string, CelType> _variables;

    private CelEnvironment(ImmutableDictionary<string, CelType> variables) => _variables = variables;

    /// <summary>No variables; the standard functions, macros and Kubernetes' additions are always there.</summary>
    public static CelEnvironment Standard { get; } = new(ImmutableDictionary.Create<string, CelType>(StringComparer.Ordinal));

    /// <summary>The environment with one variable more.</summary>
    /// <param name="name">The name, an identifier.</param>
    /// <param name="type">The type.</param>
    public CelEnvironment With(string name, CelType type) => new(_variables.SetItem(name, type));

    /// <summary>The type of a variable, or null.</summary>
    /// <param name="name">The name.</param>
    public CelType? Find(string name) => _variables.GetValueOrDefault(name);
}
