namespace Holdfast.Cel.Values;

/// <summary>Equality and order of values. A call pays for the size of what it compares; what is nested deeper is paid for here.</summary>
internal static class CelEquality
{
    /// <summary>Whether two values are equal; values of different types are not, but numbers are compared across types.</summary>
    public static bool AreEqual(CelValue left, CelValue right, CelCost cost)
    {
        switch (left, right)
        {
            case (CelString a, CelString b):
                return a.Value == b.Value;
            case (CelBytes a, CelBytes b):
                return a.Value.AsSpan().SequenceEqual(b.Value.AsSpan());
            case (CelList a, CelList b):
                return AreEqual(a, b, cost);
            case (CelMap a, CelMap b):
                return AreEqual(a, b, cost);
            case (CelOptional a, CelOptional b):
                return a.Value is null || b.Value is null ? a.Value is null && b.Value is null : AreEqual(a.Value, b.Value, cost);
            case (CelTypeValue a, CelTypeValue b):
                return a.Value.Kind == b.Value.Kind && a.Value.Name == b.Value.Name;
            case (CelInt or CelUint or CelDouble, CelInt or CelUint or CelDouble):
                return CelNumbers.Compare(left, right) == 0;
            default:
                return left.Equals(right);
        }
    }

    /// <summary>-1, 0 or 1; null when the two have no order.</summary>
    public static int? Compare(CelValue left, CelValue right)
    {
        switch (left, right)
        {
            case (CelString a, CelString b):
                return Math.Sign(Syntax.CodePoints.Compare(a.Value, b.Value));
            case (CelBytes a, CelBytes b):
                return Math.Sign(a.Value.AsSpan().SequenceCompareTo(b.Value.AsSpan()));
            case (CelBool a, CelBool b):
                return a.Value.CompareTo(b.Value);
            case (CelTimestamp a, CelTimestamp b):
                return (a.Seconds, a.Nanoseconds).CompareTo((b.Seconds, b.Nanoseconds));
            case (CelDuration a, CelDuration b):
                return a.Nanoseconds.CompareTo(b.Nanoseconds);
            default:
                return CelNumbers.Compare(left, right);
        }
    }

    private static bool AreEqual(CelList left, CelList right, CelCost cost)
    {
        if (left.Items.Length != right.Items.Length)
            return false;
        if (left.Rule is { } rule)
            return ListRules.AreEqual(left, right, rule, cost);
        for (var index = 0; index < left.Items.Length; index++)
        {
            if (!AreNestedEqual(left.Items[index], right.Items[index], cost))
                return false;
        }
        return true;
    }

    private static bool AreEqual(CelMap left, CelMap right, CelCost cost)
    {
        if (left.Entries.Count != right.Entries.Count)
            return false;
        foreach (var (key, value) in left.Entries)
        {
            if (!right.Entries.TryGetValue(key, out var other) || !AreNestedEqual(value, other, cost))
                return false;
        }
        return true;
    }

    private static bool AreNestedEqual(CelValue left, CelValue right, CelCost cost)
    {
        cost.Spend(CelSizes.Smaller(left, right) / 10);
        return AreEqual(left, right, cost);
    }
}
