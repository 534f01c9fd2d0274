using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// The order in which versions are preferred, as Kubernetes has it: stable ones before betas before alphas, the higher
/// number first, and then all others by their letters.
/// </summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    private const int Alpha = 1;
    private const int Beta = 2;
    private const int Stable = 3;

    private VersionOrder()
    {
    }

    /// <summary>The order.</summary>
    public static VersionOrder Comparer { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var (left, right) = (Rank(x ?? ""), Rank(y ?? ""));
        var order = right.CompareTo(left);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (int Stability, long Major, long Minor) Rank(string version)
    {
        var match = Form().Match(version);
        if (!match.Success)
            return (0, 0, 0);
        var stability = match.Groups["stage"].Value switch { "" => Stable, "beta" => Beta, _ => Alpha };
        return (stability, Number(match.Groups["major"].Value), Number(match.Groups["minor"].Value));
    }

    private static long Number(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\Av(?<major>[1-9][0-9]*)((?<stage>alpha|beta)(?<minor>[1-9][0-9]*)?)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
