using Holdfast.Client.Caching;

namespace Holdfast.Steward.Observation;

/// <summary>Since when each target has been looked at without a break, by this process.</summary>
internal sealed class LookNotes
{
    // A target at rest is looked at every ten seconds.
    private static readonly TimeSpan Break = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, (DateTimeOffset Since, DateTimeOffset Last)> _notes = [];

    /// <summary>Notes a look.</summary>
    /// <param name="key">The Steward.</param>
    /// <param name="now">The time of day, which goes on while a machine sleeps.</param>
    /// <returns>Since when there has been no break.</returns>
    public DateTimeOffset Look(ResourceKey key, DateTimeOffset now)
    {
        lock (_gate)
        {
            var since = _notes.TryGetValue(key, out var known) && now - known.Last < Break && now >= known.Since ? known.Since : now;
            _notes[key] = (since, now);
            return since;
        }
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    /// <param name="key">The Steward.</param>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _notes.Remove(key);
    }
}
