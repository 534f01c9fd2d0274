using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>What every verb works with.</summary>
/// <param name="Store">Where objects are kept.</param>
/// <param name="Served">What is served.</param>
/// <param name="Admission">What every write passes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Chance">Draws uids and names.</param>
public sealed record RegistryParts(
    ResourceStore Store, ServedResources Served, AdmissionChain Admission, TimeProvider Time, IChance Chance)
{
    /// <summary>Gives out the tokens of service accounts; null when nobody does.</summary>
    public ServiceAccountTokens? Tokens { get; init; }

    /// <summary>How often a write is decided again when what it rested on has changed, before it is given up.</summary>
    public const int MaximumAttempts = 16;

    /// <summary>
    /// How often a creation is tried that takes an address or a port of its own: each time another object was made first, so that of as
    /// many as are made at once none is refused.
    /// </summary>
    public const int MaximumContendedAttempts = 512;

    /// <summary>The time as objects carry it, to the second.</summary>
    public DateTimeOffset Now()
    {
        var now = Time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    /// <summary>Everything as it is now.</summary>
    public ClusterView View() => new(Store.Snapshot());
}
