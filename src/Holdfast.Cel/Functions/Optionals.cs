using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Values that may be missing, and the indexes that give or take them.</summary>
internal static class Optionals
{
    private static readonly CelType OptionalA = CelType.Optional(A);
    private static readonly CelType OptionalB = CelType.Optional(B);

    public static CelLibrary Library { get; } = Indexes(new CelLibrary()
        .Global("optional.none", CelType.Optional(CelType.Dyn), [], (_, _) => CelOptional.None)
        .Global("optional.of", OptionalA, [A], (_, a) => new CelOptional(a[0]))
        .Global("optional.ofNonZeroValue", OptionalA, [A], (_, a) => IsZero(a[0]) ? CelOptional.None : new CelOptional(a[0]))
        .Member("hasValue", CelType.Bool, [OptionalA], (_, a) => CelBool.Of(Inner(a[0]) is not null))
        .Member("value", A, [OptionalA], (_, a) => Inner(a[0]) ?? CelError.Of("optional.none() dereference"))
        .Member("or", OptionalA, [OptionalA, OptionalA], (_, a) => Inner(a[0]) is null ? a[1] : a[0])
        .Member("orValue", A, [OptionalA, A], (_, a) => Inner(a[0]) ?? a[1])
        .Global("optional.unwrap", ListOfA, [CelType.List(OptionalA)], Unwrapped)
        .Member("unwrapOpt", ListOfA, [CelType.List(OptionalA)], Unwrapped)
        .Member("first", OptionalA, [ListOfA], (_, a) => At(a[0], new CelInt(0)))
        .Member("last", OptionalA, [ListOfA], (_, a) => At(a[0], new CelInt(((CelList)a[0]).Items.Length - 1))));

    private static CelLibrary Indexes(CelLibrary library)
    {
        foreach (var (collection, key, value) in new[] { (ListOfA, CelType.Int, OptionalA), (MapOfAB, A, OptionalB) })
        {
            library.Global("_[?_]", value, [collection, key], (_, a) => At(a[0], a[1]));
            foreach (var name in new[] { "_[_]", "_[?_]" })
                library.Global(name, value, [CelType.Optional(collection), key], (_, a) => Inner(a[0]) is { } inner ? At(inner, a[1]) : CelOptional.None);
        }
        return library;
    }

    private static CelValue At(CelValue collection, CelValue key) => (collection, key) switch
    {
        (CelList list, CelInt { Value: var index }) => index >= 0 && index < list.Items.Length ? new CelOptional(list.Items[(int)index]) : CelOptional.None,
        (CelMap map, _) => map.Entries.TryGetValue(key, out var found) ? new CelOptional(found) : CelOptional.None,
        _ => CelError.NoSuchOverload,
    };

    private static CelValue Unwrapped(CelCall call, CelValue[] arguments)
    {
        var items = ((CelList)arguments[0]).Items;
        call.Cost.SpendWalk(items.Length);
        return items.All(item => item is CelOptional) ? new CelList([.. items.Select(Inner).OfType<CelValue>()]) : CelError.NoSuchOverload;
    }

    private static CelValue? Inner(CelValue optional) => ((CelOptional)optional).Value;

    private static bool IsZero(CelValue value) => value switch
    {
        CelNull => true,
        CelBool flag => !flag.Value,
        CelInt number => number.Value == 0,
        CelUint number => number.Value == 0,
        CelDouble number => number.Value == 0,
        CelString text => text.Value.Length == 0,
        CelBytes bytes => bytes.Value.IsEmpty,
        CelList list => list.Items.IsEmpty,
        CelMap map => map.Entries.Count == 0,
        CelDuration duration => duration.Nanoseconds == 0,
        CelTimestamp time => time is { Seconds: 0, Nanoseconds: 0 },
        CelOptional optional => optional.Value is null,
        _ => false,
    };
}
