namespace Holdfast.Cel.Values;

/// <summary>Equality of keys of maps: numbers are equal across their types.</summary>
internal sealed class CelKeyComparer : IEqualityComparer<CelValue>
{
    private CelKeyComparer()
    {
    }

    public static CelKeyComparer Instance { get; } = new();

    public static bool MayBeKey(CelValue value) => value is CelInt or CelUint or CelString or CelBool;

    public bool Equals(CelValue? x, CelValue? y) => (x, y) switch
    {
        (CelString left, CelString right) => left.Value == right.Value,
        (CelBool left, CelBool right) => left.Value == right.Value,
        (null, _) or (_, null) => ReferenceEquals(x, y),
        _ => CelNumbers.Compare(x, y) == 0,
    };

    public int GetHashCode(CelValue obj) => obj switch
    {
        CelString text => text.Value.GetHashCode(StringComparison.Ordinal),
        CelBool flag => flag.Value ? 1 : 2,
        _ => CelNumbers.ToDouble(obj)?.GetHashCode() ?? 0,
    };
}
