using System.Collections.Immutable;

namespace Holdfast.Store.Backups;

/// <summary>What a backup or a store holds, after all of it was read and found good.</summary>
/// <param name="Identity">The identity of the store, a UUID.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="CreatedAt">When the backup was made; null for a store itself.</param>
/// <param name="Objects">How many objects there are.</param>
/// <param name="Bytes">How many bytes of JSON they are.</param>
/// <param name="Counts">How many objects each collection has.</param>
public sealed record BackupReport(
    string Identity, long Revision, DateTimeOffset? CreatedAt, long Objects, long Bytes, ImmutableSortedDictionary<string, int> Counts);

/// <summary>Reads every object, refuses the first that is not what its place says, and counts.</summary>
internal sealed class BackupTally(string name)
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly HashSet<long> _revisions = [];
    private long _bytes;

    public long Objects { get; private set; }

    /// <exception cref="BackupException">The object does not decode, or is not the one that its key names.</exception>
    public void Add(Entry entry)
    {
        if (EntryInspection.Problem(entry) is { } problem)
            throw new BackupException($"{name} is damaged and is not used: {entry.Key} at revision {entry.Revision} {problem}; use another backup");
        if (!_revisions.Add(entry.Revision))
            throw new BackupException($"{name} is damaged and is not used: two objects have the revision {entry.Revision}; use another backup");
        _counts[entry.Key.Resource] = _counts.GetValueOrDefault(entry.Key.Resource) + 1;
        _bytes += entry.Json.Length;
        Objects++;
    }

    public BackupReport Report(string identity, long revision, DateTimeOffset? createdAt) =>
        new(identity, revision, createdAt, Objects, _bytes, _counts.ToImmutableSortedDictionary(StringComparer.Ordinal));
}
