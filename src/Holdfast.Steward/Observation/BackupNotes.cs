using Holdfast.Client.Caching;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Observation;

/// <summary>Asks whoever <c>spec.backup.lastAt</c> names when the last backup was made, where a backup is asked for.</summary>
/// <param name="numbers">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class BackupNotes(OutsideNumbers numbers, TimeProvider time)
{
    private const double LatestSecond = 253402300799;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, (BackupSource Source, long At, DateTimeOffset? Said, string Problem)> _notes = [];

    /// <summary>Asks, when that was not done for a while.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> LookAsync(StewardView view, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(view.Steward);
        if (view.Spec.Backup?.LastAt is not { } source || !BackupProof.IsAskedFor(view.Spec))
        {
            Forget(key);
            return false;
        }
        lock (_gate)
        {
            if (_notes.TryGetValue(key, out var known) && known.Source == source && time.GetElapsedTime(known.At) < Interval)
                return false;
        }
        var asked = time.GetTimestamp();
        var (seconds, problem) = await numbers.AskAsync(source.Prometheus, source.HttpGet, StewardView.Span(source.Timeout, TimeSpan.FromSeconds(10)), cancellationToken);
        var at = seconds is > 0 and <= LatestSecond ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds.Value) : (DateTimeOffset?)null;
        problem = at is null && seconds is not null ? $"{seconds:0.###} is no number of seconds since 1970" : problem;
        lock (_gate)
            _notes[key] = (source, asked, at, problem);
        return true;
    }

    /// <summary>What was said last; null when nobody was asked.</summary>
    public BackupReading? Of(ResourceKey key)
    {
        lock (_gate)
            return _notes.TryGetValue(key, out var known) ? new BackupReading(known.Said, time.GetElapsedTime(known.At), known.Problem) : null;
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate)
            _notes.Remove(key);
    }
}
