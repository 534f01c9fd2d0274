namespace Holdfast.Cel;

/// <summary>The least and the most that something costs, or the least and the most elements that it has. Nothing overflows: too much is the largest number.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The most.</param>
public readonly record struct CelCostRange(ulong Minimum, ulong Maximum)
{
    internal static CelCostRange Unknown { get; } = new(0, ulong.MaxValue);

    /// <summary>The product of two numbers, or the largest number.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static ulong Product(ulong left, ulong right) => right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    /// <summary>The sum of two numbers, or the largest number.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static ulong Sum(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;

    /// <summary>Both together.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static CelCostRange operator +(CelCostRange left, CelCostRange right) => new(Sum(left.Minimum, right.Minimum), Sum(left.Maximum, right.Maximum));

    /// <summary>One for each of the other.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static CelCostRange operator *(CelCostRange left, CelCostRange right) => new(Product(left.Minimum, right.Minimum), Product(left.Maximum, right.Maximum));

    internal static CelCostRange Exactly(ulong number) => new(number, number);

    internal CelCostRange Or(CelCostRange other) => new(Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));

    internal CelCostRange Times(double factor) => new(Scaled(Minimum, factor), Scaled(Maximum, factor));

    private static ulong Scaled(ulong number, double factor)
    {
        var scaled = Math.Ceiling(number * factor);
        return scaled >= ulong.MaxValue ? ulong.MaxValue : (ulong)scaled;
    }
}
