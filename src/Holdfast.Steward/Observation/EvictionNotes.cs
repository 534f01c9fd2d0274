using System.Collections.Immutable;
using Holdfast.Client.Caching;

namespace Holdfast.Steward.Observation;

/// <summary>
/// Who was asked to go lately and was refused. Not kept over a restart: whoever drains a node asks again within seconds.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class EvictionNotes(TimeProvider time)
{
    private const int MaximumMembers = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ImmutableDictionary<string, (EvictionAsk Ask, long At)>> _notes = [];

    /// <summary>How long a request counts: those who drain nodes ask again every few seconds until they give up.</summary>
    public static TimeSpan Lately { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Notes that a member was asked to go and was refused; of the same pod the last time counts.</summary>
    public void Note(ResourceKey steward, EvictionAsk ask)
    {
        lock (_gate)
        {
            var asks = Recent(steward).SetItem(ask.PodUid, (ask, time.GetTimestamp()));
            _notes[steward] = asks.Count <= MaximumMembers ? asks : asks.Remove(asks.MinBy(each => each.Value.At).Key);
        }
    }

    /// <summary>Who was asked to go lately, by the names of the members.</summary>
    public ImmutableArray<EvictionAsk> Of(ResourceKey steward)
    {
        lock (_gate)
            return [.. Recent(steward).Values.Select(each => each.Ask).OrderBy(ask => ask.Member, StringComparer.Ordinal)];
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey steward)
    {
        lock (_gate)
            _notes.Remove(steward);
    }

    private ImmutableDictionary<string, (EvictionAsk Ask, long At)> Recent(ResourceKey steward) =>
        _notes.TryGetValue(steward, out var known)
            ? known.RemoveRange(known.Where(each => time.GetElapsedTime(each.Value.At) >= Lately).Select(each => each.Key))
            : ImmutableDictionary.Create<string, (EvictionAsk, long)>(StringComparer.Ordinal);
}
