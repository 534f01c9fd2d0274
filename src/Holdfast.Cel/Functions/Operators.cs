using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Arithmetic, indexes and membership.</summary>
internal static class Operators
{
    private static readonly CelError Overflow = CelError.Of("integer overflow");
    private static readonly CelError UnsignedOverflow = CelError.Of("unsigned integer overflow");

    /// <summary>What an expression would make is larger than anything that the API takes.</summary>
    public static CelError TooLarge { get; } = CelError.Of("the value would be too large");

    public static CelLibrary Library { get; } = Collections(Joins(Reals(Unsigned(Signed(new())))));

    private static CelLibrary Signed(CelLibrary library) => library
        .Global("_+_", CelType.Int, [CelType.Int, CelType.Int], (_, a) => Whole((Int128)I(a[0]) + I(a[1])))
        .Global("_-_", CelType.Int, [CelType.Int, CelType.Int], (_, a) => Whole((Int128)I(a[0]) - I(a[1])))
        .Global("_*_", CelType.Int, [CelType.Int, CelType.Int], (_, a) => Whole((Int128)I(a[0]) * I(a[1])))
        .Global("_/_", CelType.Int, [CelType.Int, CelType.Int], (_, a) => I(a[1]) == 0 ? CelError.Of("division by zero") : Whole((Int128)I(a[0]) / I(a[1])))
        .Global("_%_", CelType.Int, [CelType.Int, CelType.Int], (_, a) => I(a[1]) == 0 ? CelError.Of("modulus by zero")
            : I(a[1]) == -1 && I(a[0]) == long.MinValue ? Overflow : new CelInt((long)((Int128)I(a[0]) % I(a[1]))))
        .Global("-_", CelType.Int, [CelType.Int], (_, a) => Whole(-(Int128)I(a[0])))
        .Global("!_", CelType.Bool, [CelType.Bool], (_, a) => CelBool.Of(!((CelBool)a[0]).Value));

    private static CelLibrary Unsigned(CelLibrary library) => library
        .Global("_+_", CelType.Uint, [CelType.Uint, CelType.Uint], (_, a) => Natural((Int128)U(a[0]) + U(a[1])))
        .Global("_-_", CelType.Uint, [CelType.Uint, CelType.Uint], (_, a) => Natural((Int128)U(a[0]) - U(a[1])))
        .Global("_*_", CelType.Uint, [CelType.Uint, CelType.Uint],
            (_, a) => UInt128.CreateChecked(U(a[0])) * U(a[1]) is var product && product <= ulong.MaxValue ? new CelUint((ulong)product) : UnsignedOverflow)
        .Global("_/_", CelType.Uint, [CelType.Uint, CelType.Uint], (_, a) => U(a[1]) == 0 ? CelError.Of("division by zero") : new CelUint(U(a[0]) / U(a[1])))
        .Global("_%_", CelType.Uint, [CelType.Uint, CelType.Uint], (_, a) => U(a[1]) == 0 ? CelError.Of("modulus by zero") : new CelUint(U(a[0]) % U(a[1])));

    private static CelLibrary Reals(CelLibrary library) => library
        .Global("_+_", CelType.Double, [CelType.Double, CelType.Double], (_, a) => new CelDouble(D(a[0]) + D(a[1])))
        .Global("_-_", CelType.Double, [CelType.Double, CelType.Double], (_, a) => new CelDouble(D(a[0]) - D(a[1])))
        .Global("_*_", CelType.Double, [CelType.Double, CelType.Double], (_, a) => new CelDouble(D(a[0]) * D(a[1])))
        .Global("_/_", CelType.Double, [CelType.Double, CelType.Double], (_, a) => new CelDouble(D(a[0]) / D(a[1])))
        .Global("-_", CelType.Double, [CelType.Double], (_, a) => new CelDouble(-D(a[0])));

    private static CelLibrary Joins(CelLibrary library) => library
        .Global("_+_", CelType.String, [CelType.String, CelType.String], (_, a) =>
        {
            var (left, right) = (((CelString)a[0]).Value, ((CelString)a[1]).Value);
            return (long)left.Length + right.Length > CelCost.MaximumSize ? TooLarge : new CelString(left + right);
        })
        .Global("_+_", CelType.Bytes, [CelType.Bytes, CelType.Bytes], (_, a) =>
        {
            var (left, right) = (((CelBytes)a[0]).Value, ((CelBytes)a[1]).Value);
            return (long)left.Length + right.Length > CelCost.MaximumSize ? TooLarge : new CelBytes(left.AddRange(right));
        })
        .Global("_+_", ListOfA, [ListOfA, ListOfA], (call, a) =>
        {
            var (left, right) = ((CelList)a[0], (CelList)a[1]);
            return Sized(call, (long)left.Items.Length + right.Items.Length) ?? (CelValue)ListRules.Joined(left, right, call.Cost);
        });

    private static CelLibrary Collections(CelLibrary library) => library
        .Global("_[_]", A, [ListOfA, CelType.Int], (_, a) => At((CelList)a[0], I(a[1])))
        .Global("_[_]", B, [MapOfAB, A], (_, a) => ((CelMap)a[0]).Entries.TryGetValue(KeyOf(a[1]), out var found) ? found : NoSuchKey(a[1]))
        .Global("_[_]", A, [ListOfA, CelType.Uint], (_, a) => At((CelList)a[0], U(a[1])))
        .Global("_[_]", A, [ListOfA, CelType.Double],
            (_, a) => CelNumbers.Compare(a[1], KeyOf(a[1])) == 0 && KeyOf(a[1]) is CelInt whole ? At((CelList)a[0], whole.Value) : CelError.Of("unsupported index value"))
        .Global("@in", CelType.Bool, [A, ListOfA], (call, a) =>
        {
            foreach (var item in ((CelList)a[1]).Items)
            {
                if (CelEquality.AreEqual(a[0], item, call.Cost))
                    return CelBool.True;
            }
            return CelBool.False;
        })
        .Global("@in", CelType.Bool, [A, MapOfAB], (_, a) => CelBool.Of(((CelMap)a[1]).Entries.ContainsKey(KeyOf(a[0]))));

    /// <summary>Spends for making something of a size, or says that it would be too large.</summary>
    public static CelError? Sized(CelCall call, long size)
    {
        call.Cost.SpendWalk(size);
        return size > CelCost.MaximumSize ? TooLarge : null;
    }

    public static CelError NoSuchKey(CelValue key) => CelError.Of($"no such key: {Conversions.ToText(key)}");

    private static CelValue At(CelList list, Int128 index) =>
        index >= 0 && index < list.Items.Length ? list.Items[(int)index] : CelError.Of($"index out of bounds: {index}");

    private static CelValue KeyOf(CelValue key) => key is CelDouble { Value: >= -9e18 and <= 9e18 } real && Math.Truncate(real.Value) == real.Value ? new CelInt((long)real.Value) : key;

    private static CelValue Whole(Int128 value) => value < long.MinValue || value > long.MaxValue ? Overflow : new CelInt((long)value);

    private static CelValue Natural(Int128 value) => value < 0 || value > ulong.MaxValue ? UnsignedOverflow : new CelUint((ulong)value);

    private static long I(CelValue value) => ((CelInt)value).Value;

    private static ulong U(CelValue value) => ((CelUint)value).Value;

    private static double D(CelValue value) => ((CelDouble)value).Value;
}
