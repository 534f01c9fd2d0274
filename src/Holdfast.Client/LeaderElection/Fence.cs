using System.Globalization;
using Holdfast.Client.Caching;

namespace Holdfast.Client.LeaderElection;

/// <summary>
/// What a write of a leader depends on: that its lease still names this holder with this term when the write is committed. Holdfast's API server
/// checks it inside the write's own transaction, so that a leader whose lease another has taken cannot write, however late its request comes in.
/// </summary>
/// <param name="Lease">The lease.</param>
/// <param name="Holder">Who held it when the write was decided.</param>
/// <param name="Term">The number of that time of holding: the lease's transitions.</param>
public sealed record Fence(ResourceKey Lease, string Holder, long Term)
{
    /// <summary>The header that carries it; a server that does not know it passes it over.</summary>
    public const string Header = "Holdfast-Fence";

    /// <summary>The header's value.</summary>
    public string ToHeader() => string.Create(
        CultureInfo.InvariantCulture, $"{Lease.Namespace}/{Lease.Name}/{Term}/{Uri.EscapeDataString(Holder)}");

    /// <summary>Reads a header's value; null when it is none.</summary>
    /// <param name="value">The value.</param>
    public static Fence? Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Split('/') is [{ Length: > 0 } space, { Length: > 0 } name, var term, { Length: > 0 } holder]
            && long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Fence(new ResourceKey(space, name), Uri.UnescapeDataString(holder), number)
            : null;
    }
}
