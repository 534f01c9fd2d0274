using System.Collections.Immutable;
using Holdfast.Cel.Syntax;
using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Sizes, Kubernetes' functions of lists, and sets.</summary>
internal static class Lists
{
    private static readonly CelType[] Comparable =
        [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];

    private static readonly (CelType Type, CelValue Zero)[] Summable =
        [(CelType.Int, new CelInt(0)), (CelType.Uint, new CelUint(0)), (CelType.Double, new CelDouble(0)), (CelType.Duration, new CelDuration(0))];

    public static CelLibrary Library { get; } = Sets(Places(Orders(Sizes(new()))));

    private static CelLibrary Sizes(CelLibrary library)
    {
        foreach (var type in new[] { CelType.String, CelType.Bytes, ListOfA, MapOfAB })
            library.Global("size", CelType.Int, [type], Size).Member("size", CelType.Int, [type], Size);
        return library;
    }

    private static CelInt Size(CelCall call, CelValue[] arguments) => new(arguments[0] switch
    {
        CelString text => CodePoints.Count(text.Value),
        CelBytes bytes => bytes.Value.Length,
        CelList list => list.Items.Length,
        var map => ((CelMap)map).Entries.Count,
    });

    // Elements whose types are only known when the expression runs go through the same functions.
    private static CelLibrary Orders(CelLibrary library)
    {
        foreach (var type in Comparable)
        {
            var list = CelType.List(type);
            library
                .Member("isSorted", CelType.Bool, [list], (_, a) => IsSorted(a[0]))
                .Member("min", type, [list], (_, a) => Extreme(a[0], -1, "min"))
                .Member("max", type, [list], (_, a) => Extreme(a[0], 1, "max"));
        }
        foreach (var (type, zero) in Summable)
            library.Member("sum", type, [CelType.List(type)], (call, a) => Sum(call, a[0], zero));
        return library;
    }

    private static CelLibrary Places(CelLibrary library) => library
        .Member("indexOf", CelType.Int, [ListOfA, A], (call, a) => Place(call, Items(a[0]), a[1], fromEnd: false))
        .Member("lastIndexOf", CelType.Int, [ListOfA, A], (call, a) => Place(call, Items(a[0]), a[1], fromEnd: true));

    private static CelLibrary Sets(CelLibrary library) => library
        .Global("sets.contains", CelType.Bool, [ListOfA, ListOfA], (call, a) => CelBool.Of(Items(a[1]).All(item => IsIn(call, item, a[0]))))
        .Global("sets.intersects", CelType.Bool, [ListOfA, ListOfA], (call, a) => CelBool.Of(Items(a[1]).Any(item => IsIn(call, item, a[0]))))
        .Global("sets.equivalent", CelType.Bool, [ListOfA, ListOfA],
            (call, a) => CelBool.Of(Items(a[1]).All(item => IsIn(call, item, a[0])) && Items(a[0]).All(item => IsIn(call, item, a[1]))));

    private static CelValue IsSorted(CelValue list)
    {
        var items = Items(list);
        for (var index = 1; index < items.Length; index++)
        {
            if (CelEquality.Compare(items[index - 1], items[index]) is not { } order)
                return CelError.NoSuchOverload;
            if (order > 0)
                return CelBool.False;
        }
        return CelBool.True;
    }

    private static CelValue Extreme(CelValue list, int sign, string name)
    {
        var items = Items(list);
        if (items.IsEmpty)
            return CelError.Of($"{name} called on empty list");
        var best = items[0];
        foreach (var item in items.AsSpan()[1..])
        {
            if (CelEquality.Compare(item, best) is not { } order)
                return CelError.NoSuchOverload;
            best = order * sign > 0 ? item : best;
        }
        return best;
    }

    private static CelValue Sum(CelCall call, CelValue list, CelValue zero)
    {
        var items = Items(list);
        var total = items.IsEmpty ? zero : items[0];
        foreach (var item in items.AsSpan()[(items.IsEmpty ? 0 : 1)..])
        {
            CelValue[] pair = [total, item];
            var overload = StandardFunctions.Find("_+_", isMember: false, 2).FirstOrDefault(each => each.Takes(pair));
            if (overload is null || total is CelString or CelBytes or CelList)
                return CelError.NoSuchOverload;
            total = overload.Apply(call, pair);
            if (total is CelError)
                return total;
        }
        return total;
    }

    private static CelInt Place(CelCall call, ImmutableArray<CelValue> items, CelValue wanted, bool fromEnd)
    {
        for (var step = 0; step < items.Length; step++)
        {
            var index = fromEnd ? items.Length - 1 - step : step;
            if (CelEquality.AreEqual(items[index], wanted, call.Cost))
                return new(index);
        }
        return new(-1);
    }

    private static bool IsIn(CelCall call, CelValue item, CelValue list) => Place(call, Items(list), item, fromEnd: false).Value >= 0;

    private static ImmutableArray<CelValue> Items(CelValue list) => ((CelList)list).Items;
}
