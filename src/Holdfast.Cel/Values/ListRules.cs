using System.Collections.Immutable;

namespace Holdfast.Cel.Values;

/// <summary>Lists whose order does not matter: sets, and lists that are maps by some of their members.</summary>
internal static class ListRules
{
    /// <summary>Whether two lists of the same length hold the same elements, each by its rule.</summary>
    public static bool AreEqual(CelList left, CelList right, CelListRule rule, CelCost cost)
    {
        cost.SpendWalk((long)left.Items.Length * right.Items.Length);
        if (rule.Keys.IsEmpty)
            return left.Items.All(item => right.Items.Any(other => CelEquality.AreEqual(item, other, cost)));
        return left.Items.All(item => Find(right.Items, item, rule, cost) is { } other && CelEquality.AreEqual(item, other, cost));
    }

    /// <summary>The first list and what the second has more; of a map, what has the same keys is replaced.</summary>
    public static CelList Joined(CelList left, CelList right, CelCost cost)
    {
        if (left.Rule is not { } rule)
            return new(left.Items.AddRange(right.Items));
        var joined = left.Items.ToBuilder();
        foreach (var item in right.Items)
        {
            cost.SpendWalk(joined.Count);
            var index = IndexOf(joined, item, rule, cost);
            if (index < 0)
                joined.Add(item);
            else if (!rule.Keys.IsEmpty)
                joined[index] = item;
        }
        return new(joined.ToImmutable()) { Rule = rule };
    }

    private static int IndexOf(ImmutableArray<CelValue>.Builder items, CelValue item, CelListRule rule, CelCost cost)
    {
        for (var index = 0; index < items.Count; index++)
        {
            if (rule.Keys.IsEmpty ? CelEquality.AreEqual(items[index], item, cost) : HaveSameKeys(items[index], item, rule, cost))
                return index;
        }
        return -1;
    }

    private static CelValue? Find(ImmutableArray<CelValue> items, CelValue item, CelListRule rule, CelCost cost) =>
        items.FirstOrDefault(other => HaveSameKeys(other, item, rule, cost));

    private static bool HaveSameKeys(CelValue left, CelValue right, CelListRule rule, CelCost cost) =>
        left is CelMap one && right is CelMap other && rule.Keys.All(name =>
        {
            var key = new CelString(name);
            return (one.Entries.GetValueOrDefault(key), other.Entries.GetValueOrDefault(key)) switch
            {
                (null, null) => true,
                ({ } first, { } second) => CelEquality.AreEqual(first, second, cost),
                _ => false,
            };
        });
}
