using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Observation;

/// <summary>Tells what holds for as long as it holds once, not at every look.</summary>
internal sealed class StandingEvents
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableArray<StewardEvent>> _told = [];

    /// <summary>Those of the events that did not hold before.</summary>
    public ImmutableArray<StewardEvent> New(ResourceKey key, ImmutableArray<StewardEvent> events)
    {
        lock (_gate)
        {
            var before = _told.GetValueOrDefault(key, []);
            _told[key] = events;
            return [.. events.Except(before)];
        }
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _told.Remove(key);
    }
}
