using System.Collections.Immutable;

namespace Holdfast.Cel;

/// <summary>What an expression may refer to, with the types it is checked against. Immutable.</summary>
public sealed class CelEnvironment
{
    private readonly ImmutableDictionary<string, CelType> _variables;

    private CelEnvironment(ImmutableDictionary<string, CelType> variables) => _variables = variables;

    /// <summary>The type that paths into the data begin with, by whose sizes costs are estimated; null when none are estimated.</summary>
    public CelType? DataType { get; private init; }

    /// <summary>No variables; the standard functions, macros and Kubernetes' additions are always there.</summary>
    public static CelEnvironment Standard { get; } = new(ImmutableDictionary.Create<string, CelType>(StringComparer.Ordinal));

    /// <summary>The environment with one variable more.</summary>
    /// <param name="name">The name, an identifier.</param>
    /// <param name="type">The type.</param>
    public CelEnvironment With(string name, CelType type) => new(_variables.SetItem(name, type)) { DataType = DataType };

    /// <summary>The same environment, in which the costs of expressions are estimated when they are compiled.</summary>
    /// <param name="dataType">The type of the variables that stand for the data, with the sizes of its parts (<see cref="CelType.Sized"/>).</param>
    public CelEnvironment Estimating(CelType dataType) => new(_variables) { DataType = dataType };

    /// <summary>The type of a variable, or null.</summary>
    /// <param name="name">The name.</param>
    public CelType? Find(string name) => _variables.GetValueOrDefault(name);
}
