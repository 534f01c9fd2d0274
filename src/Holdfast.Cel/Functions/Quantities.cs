using System.Numerics;

namespace Holdfast.Cel.Functions;

/// <summary>Kubernetes' functions of quantities. <c>sign</c> is a function and no member, as there.</summary>
internal static class Quantities
{
    private static readonly CelType Q = CelType.Quantity;
    private static readonly BigInteger One = BigInteger.Pow(10, QuantityText.Places);

    public static CelLibrary Library { get; } = Arithmetic(Orders(new CelLibrary()
        .Global("quantity", Q, [CelType.String], (_, a) => QuantityText.Read(((CelString)a[0]).Value))
        .Global("isQuantity", CelType.Bool, [CelType.String], (_, a) => CelBool.Of(QuantityText.Read(((CelString)a[0]).Value) is CelQuantity))
        .Global("sign", CelType.Int, [Q], (_, a) => new CelInt(Of(a[0]).Billionths.Sign))
        .Member("isInteger", CelType.Bool, [Q], (_, a) => CelBool.Of(Integer(Of(a[0])) is not null))
        .Member("asInteger", CelType.Int, [Q], (_, a) => Integer(Of(a[0])) is { } whole ? new CelInt(whole) : CelError.Of("cannot convert value to integer"))
        .Member("asApproximateFloat", CelType.Double, [Q], (_, a) => new CelDouble(Approximate(Of(a[0]))))));

    private static CelLibrary Orders(CelLibrary library) => library
        .Member("isGreaterThan", CelType.Bool, [Q, Q], (_, a) => CelBool.Of(Of(a[0]).Billionths > Of(a[1]).Billionths))
        .Member("isLessThan", CelType.Bool, [Q, Q], (_, a) => CelBool.Of(Of(a[0]).Billionths < Of(a[1]).Billionths))
        .Member("compareTo", CelType.Int, [Q, Q], (_, a) => new CelInt(Of(a[0]).Billionths.CompareTo(Of(a[1]).Billionths)));

    private static CelLibrary Arithmetic(CelLibrary library) => library
        .Member("add", Q, [Q, Q], (_, a) => Sum(Of(a[0]), Of(a[1]), 1))
        .Member("add", Q, [Q, CelType.Int], (_, a) => Sum(Of(a[0]), Whole(a[1]), 1))
        .Member("sub", Q, [Q, Q], (_, a) => Sum(Of(a[0]), Of(a[1]), -1))
        .Member("sub", Q, [Q, CelType.Int], (_, a) => Sum(Of(a[0]), Whole(a[1]), -1));

    private static CelQuantity Of(CelValue value) => (CelQuantity)value;

    private static CelQuantity Whole(CelValue value) => new(((CelInt)value).Value * One, 0);

    private static CelQuantity Sum(CelQuantity left, CelQuantity right, int sign)
    {
        var total = left.Billionths + (sign * right.Billionths);
        if (left.Scale is not { } one || right.Scale is not { } other)
            return new(total, null);
        var scale = Math.Min(one, other);
        return new(total, InUnitsOf(total, scale) is { } units && units == (long)units ? scale : null);
    }

    private static long? Integer(CelQuantity quantity) =>
        quantity.Scale >= 0 && quantity.Billionths / One is var whole && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;

    private static BigInteger? InUnitsOf(BigInteger billionths, int scale)
    {
        var units = billionths / BigInteger.Pow(10, scale + QuantityText.Places);
        return units >= long.MinValue && units <= long.MaxValue ? units : null;
    }

    private static double Approximate(CelQuantity quantity)
    {
        var whole = BigInteger.DivRem(quantity.Billionths, One, out var rest);
        return (double)whole + ((double)rest / (double)One);
    }
}
