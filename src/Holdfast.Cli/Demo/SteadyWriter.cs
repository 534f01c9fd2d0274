using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Cli.Demo;

/// <summary>Appends one entry after the other through any member that answers, each again until it is acknowledged, and knows for how long none was.</summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<long, string> _acknowledged = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly LedgerMember[] _members;
    private readonly Task _running;
    private long _lastAcknowledgedAt = Stopwatch.GetTimestamp();
    private long _longestStill;

    internal SteadyWriter(LedgerMember[] members)
    {
        _members = members;
        _running = RunAsync();
    }

    /// <summary>Entries acknowledged so far.</summary>
    internal int Count => _acknowledged.Count;

    /// <summary>Begins to look for the longest time without an acknowledgement.</summary>
    internal void Watch()
    {
        Interlocked.Exchange(ref _longestStill, 0);
        Interlocked.Exchange(ref _lastAcknowledgedAt, Stopwatch.GetTimestamp());
    }

    /// <summary>The longest time between two acknowledgements since <see cref="Watch"/>.</summary>
    internal TimeSpan LongestStill => TimeSpan.FromTicks(Interlocked.Read(ref _longestStill));

    /// <summary>Ends it; the number of entries, and the newest one's index.</summary>
    internal async Task<(int Count, long Index)> StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        return (Count, _acknowledged.Keys.DefaultIfEmpty().Max());
    }

    /// <summary>True when a member has every entry that was acknowledged, at its index.</summary>
    internal async Task<bool> HoldsAllAsync(LedgerMember member, CancellationToken cancellationToken)
    {
        foreach (var (index, text) in _acknowledged)
        {
            if (await member.ReadAsync(index, cancellationToken) != text)
                return false;
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        for (var sequence = 1L; !_stopping.IsCancellationRequested; sequence++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"written while members were killed: {sequence}");
            for (var member = sequence; !_stopping.IsCancellationRequested; member++)
            {
                if (await TryAsync(_members[member % _members.Length], text, sequence) is not { } index)
                    continue;
                Note(index, text);
                break;
            }
        }
    }

    private void Note(long index, string text)
    {
        _acknowledged[index] = text;
        var now = Stopwatch.GetTimestamp();
        var still = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref _lastAcknowledgedAt, now), now).Ticks;
        if (still > Interlocked.Read(ref _longestStill))
            Interlocked.Exchange(ref _longestStill, still);
    }

    private async Task<long?> TryAsync(LedgerMember member, string text, long sequence)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        patience.CancelAfter(Patience);
        try
        {
            if (await member.TryAppendAsync(text, "demo-steady", sequence, patience.Token) is { } index)
                return index;
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
        {
            // That member is away; the next one is asked.
        }
        await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        return null;
    }
}
