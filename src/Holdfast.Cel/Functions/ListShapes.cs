using System.Collections.Immutable;
using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>The lists extension: parts of lists, and lists in another order.</summary>
internal static class ListShapes
{
    private static readonly CelType AnyList = CelType.List(CelType.Dyn);

    private static readonly CelType[] Comparable =
        [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes];

    public static CelLibrary Library { get; } = Orders(new CelLibrary()
        .Member("slice", ListOfA, [ListOfA, CelType.Int, CelType.Int], (_, a) => Slice(Items(a[0]), Number(a[1]), Number(a[2])))
        .Member("flatten", ListOfA, [CelType.List(ListOfA)], (call, a) => Flatten(call, Items(a[0]), 1))
        .Member("flatten", AnyList, [AnyList, CelType.Int], (call, a) => Flatten(call, Items(a[0]), Number(a[1])))
        .Global("lists.range", CelType.List(CelType.Int), [CelType.Int], (_, a) => Range(Number(a[0])))
        .Member("reverse", ListOfA, [ListOfA], (_, a) => new CelList([.. Items(a[0]).Reverse()]))
        .Member("distinct", ListOfA, [ListOfA], (call, a) => Distinct(call, Items(a[0]))));

    /// <summary>A list in the order of its keys; an error when they cannot be ordered.</summary>
    public static CelValue SortedBy(ImmutableArray<CelValue> items, ImmutableArray<CelValue> keys)
    {
        if (keys.IsEmpty)
            return new CelList(items);
        if (!Comparable.Any(type => type.Kind == keys[0].Type.Kind))
            return CelError.Of("list elements must be comparable");
        if (keys.Any(key => key.Type.Kind != keys[0].Type.Kind))
            return CelError.Of("list elements must have the same type");
        var order = Enumerable.Range(0, items.Length).Order(Comparer<int>.Create((one, other) => CelEquality.Compare(keys[one], keys[other]) ?? 0));
        return new CelList([.. order.Select(index => items[index])]);
    }

    private static CelLibrary Orders(CelLibrary library)
    {
        foreach (var type in Comparable)
            library.Member("sort", CelType.List(type), [CelType.List(type)], (_, a) => SortedBy(Items(a[0]), Items(a[0])));
        return library;
    }

    private static CelValue Slice(ImmutableArray<CelValue> items, long start, long end) =>
        start < 0 || end < 0 ? CelError.Of($"cannot slice({start}, {end}), negative indexes not supported")
        : start > end ? CelError.Of($"cannot slice({start}, {end}), start index must be less than or equal to end index")
        : items.Length < end ? CelError.Of($"cannot slice({start}, {end}), list is length {items.Length}")
        : new CelList(items[(int)start..(int)end]);

    private static CelValue Flatten(CelCall call, ImmutableArray<CelValue> items, long depth)
    {
        if (depth < 0)
            return CelError.Of("level must be non-negative");
        var flat = ImmutableArray.CreateBuilder<CelValue>();
        foreach (var item in items)
        {
            call.Cost.SpendWalk(1);
            if (item is not CelList inner || depth == 0)
                flat.Add(item);
            else if (Flatten(call, inner.Items, depth - 1) is CelList deeper)
                flat.AddRange(deeper.Items);
            if (flat.Count > CelCost.MaximumSize)
                return Operators.TooLarge;
        }
        return new CelList(flat.ToImmutable());
    }

    private static CelValue Range(long count) =>
        count < 0 ? CelError.Of($"lists.range: size must be non-negative, got {count}")
        : count > CelCost.MaximumSize ? CelError.Of($"lists.range: size {count} exceeds maximum allowed ({CelCost.MaximumSize})")
        : new CelList([.. Enumerable.Range(0, (int)count).Select(index => new CelInt(index))]);

    private static CelList Distinct(CelCall call, ImmutableArray<CelValue> items)
    {
        var distinct = ImmutableArray.CreateBuilder<CelValue>();
        foreach (var item in items)
        {
            if (!distinct.Any(other => CelEquality.AreEqual(item, other, call.Cost)))
                distinct.Add(item);
        }
        return new(distinct.ToImmutable());
    }

    private static ImmutableArray<CelValue> Items(CelValue list) => ((CelList)list).Items;

    private static long Number(CelValue value) => ((CelInt)value).Value;
}
