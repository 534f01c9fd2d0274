using Holdfast.Client.Caching;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Running;

/// <summary>A Steward with everything that is known of its target at one moment.</summary>
/// <param name="Reading">The Steward as it was read.</param>
/// <param name="View">What planners look at.</param>
/// <param name="Certificates">What secures calls to members.</param>
internal sealed record StewardPage(StewardReading Reading, StewardView View, MemberCertificates? Certificates)
{
    /// <summary>What is shown to people: a member that is late once is still what it said a moment ago.</summary>
    public StewardView Shown { get; init; } = View;
}

/// <summary>Opens the page of a Steward: for its reconciler, and for questions of the API server in between.</summary>
/// <param name="caches">The cluster.</param>
/// <param name="observer">Puts observations together.</param>
/// <param name="watches">Asks members.</param>
/// <param name="certificates">Certificates for members.</param>
internal sealed class StewardBook(StewardCaches caches, TargetObserver observer, MemberWatches watches, CertificateBook certificates)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, (string ResourceVersion, StewardReading Reading)> _readings = [];

    /// <summary>What is known now; has the members watched from here on. Null when there is no such Steward, or it is on its way out.</summary>
    public async Task<StewardPage?> OpenAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (caches.Stewards.Find(key) is not { Metadata.DeletionTimestamp: null } steward)
        {
            watches.Forget(key);
            lock (_gate)
                _readings.Remove(key);
            return null;
        }
        var reading = Read(key, steward);
        var (secured, problem) = await certificates.FindAsync(reading.Steward, cancellationToken);
        if (problem.Length > 0)
            reading = reading with { Problems = reading.Problems.Add(problem) };
        if (reading.Description is { } description)
            watches.Track(key, description, observer.Watched(reading, secured));
        else
            watches.Forget(key);
        return new StewardPage(reading, StewardView.Of(observer.Observe(reading)), secured);
    }

    /// <summary>The same after every member was asked anew, by their answers to that alone: who gave none is unknown.</summary>
    public async Task<StewardPage?> OpenFreshAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var limits = caches.Stewards.Find(key) is { } steward ? SafetyLimits.Of(Read(key, steward).Steward.Spec).MaximumAge : SafetyLimits.DefaultMaximumAge;
        var since = await watches.RefreshAsync(key, limits, cancellationToken);
        return await OpenAsync(key, cancellationToken) is { } page
            ? page with { View = StewardView.Of(observer.Since(page.View.Observation, since)), Shown = page.View }
            : null;
    }

    // Expressions are compiled once for each version of a spec, not once for each look at it.
    private StewardReading Read(ResourceKey key, StewardResource steward)
    {
        lock (_gate)
        {
            if (_readings.TryGetValue(key, out var known) && known.ResourceVersion == steward.Metadata.ResourceVersion)
                return known.Reading;
            var isSameSpec = known.Reading is { } before && before.Steward.Metadata.Uid == steward.Metadata.Uid && before.Steward.Metadata.Generation == steward.Metadata.Generation;
            var reading = isSameSpec
                ? known.Reading with { Steward = steward with { Spec = known.Reading.Steward.Spec } }
                : StewardReading.Of(steward);
            _readings[key] = (steward.Metadata.ResourceVersion, reading);
            return reading;
        }
    }
}
