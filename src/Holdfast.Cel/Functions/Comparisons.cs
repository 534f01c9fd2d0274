using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Equality and order.</summary>
internal static class Comparisons
{
    private static readonly CelType[] Ordered = [CelType.Bool, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];
    private static readonly CelType[] Numbers = [CelType.Int, CelType.Uint, CelType.Double];

    public static CelLibrary Library { get; } = Make();

    private static CelLibrary Make()
    {
        var library = new CelLibrary()
            .Global("_==_", CelType.Bool, [A, A], (call, a) => CelBool.Of(CelEquality.AreEqual(a[0], a[1], call.Cost)))
            .Global("_!=_", CelType.Bool, [A, A], (call, a) => CelBool.Of(!CelEquality.AreEqual(a[0], a[1], call.Cost)));
        foreach (var (left, right) in Ordered.Select(type => (type, type)).Concat(from left in Numbers from right in Numbers select (left, right)))
        {
            Add("_<_", order => order < 0);
            Add("_<=_", order => order <= 0);
            Add("_>_", order => order > 0);
            Add("_>=_", order => order >= 0);

            void Add(string name, Func<int, bool> holds) => library.Global(name, CelType.Bool, [left, right],
                (_, a) => CelEquality.Compare(a[0], a[1]) is { } order ? CelBool.Of(holds(order)) : CelBool.False);
        }
        return library;
    }
}
