using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Costs;

/// <summary>What is known of an argument before an expression runs.</summary>
/// <param name="Node">The argument.</param>
/// <param name="Type">Its type.</param>
/// <param name="Size">How many characters, octets or elements it has.</param>
/// <param name="ElementSize">How large its elements are, when it is a list.</param>
internal sealed record CallArgument(CelNode Node, CelType Type, CelCostRange Size, CelCostRange ElementSize);

/// <summary>What a call costs, and how large what it gives is, when that is known.</summary>
internal readonly record struct CallEstimate(CelCostRange Cost, CelCostRange? Size = null);

/// <summary>
/// What one overload of a function may cost besides its arguments, as cel-go and Kubernetes' libraries estimate it. It decides which rules
/// a definition may have, so what upstream counts is counted here, also where it could be known better.
/// </summary>
internal static class CallEstimates
{
    private const double Traversal = 0.1;
    private const double PatternLength = 0.25;
    private const double LongestFormatPattern = 128 * PatternLength;
    private const ulong LongestFormat = 64;
    private static readonly CelCostRange One = CelCostRange.Exactly(1);
    private static readonly CelCostRange AddressSize = new(4, 16);

    public static CallEstimate Of(CelOverload overload, CallArgument[] a) => overload.Name switch
    {
        "check" => new(CelCostRange.Exactly((ulong)Authorization.CheckCost)),
        "isSorted" or "sum" or "min" or "max" or "indexOf" or "lastIndexOf" => new(EachElement(a[0])),
        "url" or "lowerAscii" or "upperAscii" or "substring" or "trim" => new(a[0].Size.Times(Traversal), a[0].Size),
        "cidr" or "isIP" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver" => new(a[0].Size.Times(Traversal)),
        "ip" => new(overload.IsMember ? One : a[0].Size.Times(Traversal)),
        "ip.isCanonical" => new(a[0].Size.Times(2 * Traversal)),
        "containsIP" => new((AddressSize + AddressSize).Times(Traversal) + Parsing(a[1])),
        "containsCIDR" => new((AddressSize + AddressSize).Times(Traversal) + AddressSize.Times(Traversal) + One + Parsing(a[1])),
        "validate" => new(a[1].Size.Times(Traversal).Times(LongestFormatPattern)),
        "sets.contains" or "sets.intersects" => new(One + (a[0].Size * a[1].Size)),
        "sets.equivalent" => new(One + (a[0].Size * a[1].Size).Times(2)),
        _ => OfText(overload, a) ?? OfShape(overload, a) ?? OfOperator(overload, a) ?? new(One),
    };

    private static CallEstimate? OfText(CelOverload overload, CallArgument[] a) => overload.Name switch
    {
        "replace" => new(a[0].Size.Times(2 * Traversal), Replaced(a)),
        "split" => new(a[0].Size.Times(2 * Traversal), new(0, a.Length > 2 && Literal(a[2]) is { } count ? count : a[0].Size.Maximum)),
        "join" => Joined(a),
        "find" or "findAll" => new(Matching(a), new(0, a[0].Size.Maximum)),
        "matches" => new(Matching(a)),
        "format" => new(a[0].Size.Times(Traversal), a[0].Size + a[1].Size),
        "bytes" when overload.Parameters[0].Kind == CelKind.String => new(a[0].Size.Times(Traversal), new(a[0].Size.Minimum, CelCostRange.Product(a[0].Size.Maximum, 4))),
        "string" when overload.Parameters[0].Kind == CelKind.Bytes => new(a[0].Size.Times(Traversal), new(a[0].Size.Minimum / 4, a[0].Size.Maximum)),
        "strings.quote" => new(a[0].Size.Times(Traversal), new CelCostRange(a[0].Size.Minimum, CelCostRange.Product(a[0].Size.Maximum, 2)) + CelCostRange.Exactly(2)),
        "startsWith" or "endsWith" => new(a[1].Size.Times(Traversal)),
        "contains" => new(a[0].Size.Times(Traversal) * a[1].Size.Times(Traversal)),
        _ => null,
    };

    private static CallEstimate? OfShape(CelOverload overload, CallArgument[] a) => overload.Name switch
    {
        "slice" => ListOf(1, CelCostRange.Exactly((Literal(a[2]) ?? a[0].Size.Maximum) is var end && (Literal(a[1]) ?? 0) is var start && end > start ? end - start : 0)),
        "lists.range" => ListOf(1, CelCostRange.Exactly(Literal(a[0]) ?? ulong.MaxValue)),
        "reverse" => ListOf(1, a[0].Size),
        "flatten" => ListOf(a.Length > 1 ? Literal(a[1]) ?? ulong.MaxValue : 1, a[0].Size),
        "distinct" => ListOf(2, a[0].Size * a[0].Size),
        "sort" => Sorting(a[0].Size, overload.Result.Element),
        _ => null,
    };

    /// <summary>Sorting a list by keys of a size and a type.</summary>
    public static CallEstimate Sorting(CelCostRange size, CelType key) =>
        ListOf(2 + (key.Kind is CelKind.String or CelKind.Bytes ? Traversal : 0), size * size);

    private static CallEstimate ListOf(double factor, CelCostRange size) => new(size.Times(factor) + CelCostRange.Exactly((ulong)CallCosts.ListCall), size);

    private static CallEstimate? OfOperator(CelOverload overload, CallArgument[] a) => (overload.Name, overload.Parameters is [var first, ..] ? first.Kind : CelKind.Dyn) switch
    {
        ("@in", _) when overload.Parameters[1].Kind == CelKind.List => new(a[1].Size.Times(1)),
        ("_+_", CelKind.String or CelKind.Bytes) => new((a[0].Size + a[1].Size).Times(Traversal), a[0].Size + a[1].Size),
        ("_+_", CelKind.List) => new(One, a[0].Size + a[1].Size),
        ("_==_", _) when OfOpaque(a) is { } opaque => new(opaque),
        ("_==_" or "_!=_", _) => new(Smaller(a)),
        ("_<_" or "_<=_" or "_>_" or "_>=_", CelKind.String or CelKind.Bytes) => new(Smaller(a)),
        _ => null,
    };

    private static CelCostRange? OfOpaque(CallArgument[] a) => !a[0].Type.Equals(a[1].Type) ? null : a[0].Type.Kind switch
    {
        CelKind.Ip or CelKind.Cidr or CelKind.Quantity or CelKind.Semver => One,
        CelKind.Format => new CelCostRange(1, LongestFormat).Times(Traversal),
        CelKind.Url => new CelCostRange(1, a[1].Size.Maximum).Times(Traversal),
        _ => null,
    };

    private static CelCostRange Smaller(CallArgument[] a)
    {
        var most = Math.Min(a[0].Size.Maximum, a[1].Size.Maximum);
        return new CelCostRange(most > 0 ? 1UL : 0, most).Times(Traversal);
    }

    private static CelCostRange EachElement(CallArgument list) => list.Type.Kind != CelKind.List
        ? list.Size.Times(Traversal)
        : list.Size * (list.Type.Element.Kind is CelKind.String or CelKind.Bytes ? One + list.ElementSize.Times(Traversal) : One);

    private static CelCostRange Matching(CallArgument[] a) => (a[0].Size + One).Times(Traversal) * a[1].Size.Times(PatternLength);

    private static CelCostRange Parsing(CallArgument argument) => argument.Type.Kind == CelKind.String ? argument.Size.Times(Traversal) : default;

    private static CallEstimate Joined(CallArgument[] a)
    {
        var size = a[0].Size * a[0].ElementSize;
        if (a.Length > 1)
            size += a[1].Size * new CelCostRange(a[0].Size.Minimum - Math.Min(1, a[0].Size.Minimum), a[0].Size.Maximum - Math.Min(1, a[0].Size.Maximum));
        return new(size.Times(Traversal), size);
    }

    // The most is when the shortest part is replaced by the longest as often as can be, the least the other way round.
    private static CelCostRange Replaced(CallArgument[] a)
    {
        var (text, old, with) = (a[0].Size, a[1].Size, a[2].Size);
        var most = old.Minimum == 0 ? CelCostRange.Sum(CelCostRange.Product(CelCostRange.Sum(text.Maximum, 1), with.Maximum), text.Maximum)
            : with.Maximum <= old.Minimum ? text.Maximum
            : CelCostRange.Product(Times(text.Maximum, old.Minimum), with.Maximum);
        var least = old.Maximum == 0 ? CelCostRange.Sum(CelCostRange.Product(CelCostRange.Sum(text.Minimum, 1), with.Minimum), text.Minimum)
            : old.Maximum <= with.Minimum ? text.Minimum
            : CelCostRange.Product(Times(text.Minimum, old.Maximum), with.Minimum);
        return new(least, most);

        static ulong Times(ulong text, ulong part) => (text / part) + (text % part == 0 ? 0UL : 1);
    }

    private static ulong? Literal(CallArgument argument) => argument.Node is LiteralNode { Value: CelInt { Value: >= 0 and var number } } ? (ulong)number : null;
}
