using Holdfast.Cel.Functions;
using Holdfast.Cel.Values;

namespace Holdfast.Cel.Costs;

/// <summary>
/// What a call costs when it runs, as cel-go and Kubernetes' libraries count it; <see cref="CallEstimates"/> is what it may cost before.
/// Functions whose work is not in proportion to that (patterns that are made while an expression runs, deep comparisons) spend more themselves.
/// </summary>
internal static class CallCosts
{
    /// <summary>What it costs to make a list.</summary>
    public const long NewList = 10;

    /// <summary>What it costs to make a map.</summary>
    public const long NewMap = 30;

    /// <summary>What a call costs that makes a list.</summary>
    public const long ListCall = NewList + 1;

    public static long Of(CelOverload overload, CelValue[] a) => overload.Name switch
    {
        "check" => Authorization.CheckCost,
        "isSorted" or "sum" or "min" or "max" => Traversal(a[0]),
        "indexOf" or "lastIndexOf" => Traversal(a[0]),
        "url" or "cidr" or "isIP" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver" or "strings.quote" => Walk(CelSizes.Of(a[0])),
        "lowerAscii" or "upperAscii" or "substring" or "trim" => Walk(CelSizes.Of(a[0])),
        "ip" => overload.IsMember ? 1 : Walk(CelSizes.Of(a[0])),
        "bytes" or "string" => a[0] is CelString or CelBytes && overload.Parameters[0].Kind != overload.Result.Kind ? Walk(CelSizes.Of(a[0])) : 1,
        "replace" or "split" or "ip.isCanonical" => Walk(2 * CelSizes.Of(a[0])),
        "join" => Walk(2 * Texts.JoinedSize(((CelList)a[0]).Items, a.Length > 1 ? ((CelString)a[1]).Value : "")),
        "matches" or "find" or "findAll" => Match(CelSizes.Of(a[0]), CelSizes.Of(a[1])),
        "validate" => Match(CelSizes.Of(a[1]), NamedFormats.PatternLength((CelFormat)a[0])),
        "containsIP" => Walk(2 * CelSizes.Of(a[0])) + Parsing(a[1]),
        "containsCIDR" => Walk(2 * CelSizes.Of(a[0])) + Walk(CelSizes.Of(a[0])) + 1 + Parsing(a[1]),
        "startsWith" or "endsWith" => Walk(CelSizes.Of(a[1])),
        "contains" => Walk(CelSizes.Of(a[0])) * Walk(CelSizes.Of(a[1])),
        "@in" => a[1] is CelList list ? list.Items.Length : 1,
        "_+_" => a[0] is CelString or CelBytes ? Walk(CelSizes.Of(a[0]) + CelSizes.Of(a[1])) : 1,
        "_==_" or "_!=_" => a[0] is CelIp or CelCidr ? 1 : Walk(CelSizes.Smaller(a[0], a[1])),
        "_<_" or "_<=_" or "_>_" or "_>=_" => a[0] is CelString or CelBytes ? Walk(CelSizes.Smaller(a[0], a[1])) : 1,
        _ => OfList(overload.Name, a),
    };

    /// <summary>What sorting, or comparing all elements with all others, costs.</summary>
    public static long SelfComparison(CelValue list)
    {
        var items = ((CelList)list).Items;
        var size = (double)items.Length * items.Length;
        return (long)(size * (items is [CelString or CelBytes, ..] ? 2.1 : 2)) + ListCall;
    }

    private static long OfList(string name, CelValue[] a) => name switch
    {
        "sets.contains" or "sets.intersects" => 1 + (CelSizes.Of(a[0]) * CelSizes.Of(a[1])),
        "sets.equivalent" => 1 + (2 * CelSizes.Of(a[0]) * CelSizes.Of(a[1])),
        "slice" => Math.Max(0, Number(a[2]) - Math.Max(0, Number(a[1]))) + ListCall,
        "lists.range" => Math.Max(0, Number(a[0])) + ListCall,
        "reverse" => CelSizes.Of(a[0]) + ListCall,
        "flatten" => (CelSizes.Of(a[0]) * Math.Clamp(a.Length > 1 ? Number(a[1]) : 1, 0, CelCost.MaximumSize)) + ListCall,
        "distinct" or "sort" => SelfComparison(a[0]),
        _ => 1,
    };

    private static long Walk(long size) => (size + 9) / 10;

    private static long Match(long text, long pattern) => Walk(text + 1) * ((pattern + 3) / 4);

    private static long Parsing(CelValue value) => value is CelString text ? Walk(text.Value.Length) : 0;

    private static long Number(CelValue value) => Math.Clamp(((CelInt)value).Value, long.MinValue / 4, long.MaxValue / 4);

    // Every element counts at least once, also where upstream rounds the lengths of short texts down to nothing.
    private static long Traversal(CelValue value) => value switch
    {
        CelList list => list.Items.Sum(Traversal),
        CelMap map => map.Entries.Sum(entry => Traversal(entry.Key) + Traversal(entry.Value)),
        CelString or CelBytes => Math.Max(1, CelSizes.Of(value) / 10),
        _ => 1,
    };
}
