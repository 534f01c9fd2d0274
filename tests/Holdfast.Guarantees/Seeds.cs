using System.Globalization;

namespace Holdfast.Guarantees;

/// <summary>
/// The seeds of this run: few by default, so that everything is done in a minute or two; <c>HOLDFAST_GUARANTEE_SEEDS=1..100</c> for a long one.
/// </summary>
internal static class Seeds
{
    private const string Variable = "HOLDFAST_GUARANTEE_SEEDS";

    public static TheoryData<ulong> All
    {
        get
        {
            var words = (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : "1..2").Split("..");
            var first = int.Parse(words[0], CultureInfo.InvariantCulture);
            var last = int.Parse(words[^1], CultureInfo.InvariantCulture);
            return [.. Enumerable.Range(first, last - first + 1).Select(seed => (ulong)seed)];
        }
    }
}
