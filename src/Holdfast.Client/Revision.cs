using System.Globalization;

namespace Holdfast.Client;

/// <summary>
/// Compares resourceVersions. Those of one server are numbers that grow with every write (Kubernetes since 1.35 promises it,
/// KEP-5504; Holdfast always does).
/// </summary>
public static class Revision
{
    /// <summary>The number of a resourceVersion.</summary>
    /// <param name="resourceVersion">As objects and lists carry it.</param>
    /// <param name="revision">The number; 0 when it is none.</param>
    /// <returns>False when it is empty or not a number: such a one cannot be compared.</returns>
    public static bool TryParse(string? resourceVersion, out ulong revision) =>
        ulong.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out revision);

    /// <summary>The number of a resourceVersion, or 0 when it is none.</summary>
    /// <param name="resourceVersion">As objects and lists carry it.</param>
    public static ulong OrZero(string? resourceVersion) => TryParse(resourceVersion, out var revision) ? revision : 0;
}
