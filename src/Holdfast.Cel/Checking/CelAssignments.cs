namespace Holdfast.Cel.Checking;

/// <summary>Which types stand for which, while one call is matched with one signature.</summary>
internal sealed class CelAssignments
{
    private readonly Dictionary<string, CelType> _bound = new(StringComparer.Ordinal);

    /// <summary>Whether a value of the second type may be used where the first is wanted; binds placeholders on the way.</summary>
    public bool Takes(CelType wanted, CelType given)
    {
        if (wanted.Kind == CelKind.Parameter)
            return Binds(wanted.Name, given);
        if (wanted.Kind == CelKind.Dyn || given.Kind == CelKind.Dyn)
            return true;
        if (given.Kind == CelKind.Null)
            return wanted.Kind is CelKind.Null or CelKind.Object or CelKind.Timestamp or CelKind.Duration;
        return wanted.Kind == given.Kind && wanted.Kind switch
        {
            CelKind.List or CelKind.Optional => Takes(wanted.Element, given.Element),
            CelKind.Map => Takes(wanted.Key, given.Key) && Takes(wanted.Element, given.Element),
            CelKind.Object => wanted.Name == given.Name,
            _ => true,
        };
    }

    /// <summary>The type with what its placeholders are bound to.</summary>
    public CelType Resolve(CelType type) => type.Kind switch
    {
        CelKind.Parameter => _bound.GetValueOrDefault(type.Name, CelType.Dyn),
        CelKind.List => CelType.List(Resolve(type.Element)),
        CelKind.Optional => CelType.Optional(Resolve(type.Element)),
        CelKind.Map => CelType.Map(Resolve(type.Key), Resolve(type.Element)),
        _ => type,
    };

    private bool Binds(string name, CelType given)
    {
        if (!_bound.TryGetValue(name, out var bound) || bound.Kind == CelKind.Dyn)
        {
            _bound[name] = given;
            return true;
        }
        if (Takes(bound, given))
            return true;
        if (!Takes(given, bound))
            return false;
        _bound[name] = given;
        return true;
    }
}
