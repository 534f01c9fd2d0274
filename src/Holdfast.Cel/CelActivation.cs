namespace Holdfast.Cel;

/// <summary>The values of variables for one evaluation. Immutable: a value more makes a new activation.</summary>
public sealed class CelActivation
{
    private readonly CelActivation? _outer;
    private readonly string _name;
    private readonly CelValue? _value;

    private CelActivation(CelActivation? outer, string name, CelValue? value)
    {
        _outer = outer;
        _name = name;
        _value = value;
    }

    /// <summary>No variables.</summary>
    public static CelActivation Empty { get; } = new(null, "", null);

    /// <summary>The activation with one variable more; it hides one of the same name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public CelActivation With(string name, CelValue value) => new(this, name, value);

    /// <summary>The value of a variable, or null.</summary>
    /// <param name="name">The name.</param>
    public CelValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (scope._value is not null && scope._name == name)
                return scope._value;
        }
        return null;
    }
}
