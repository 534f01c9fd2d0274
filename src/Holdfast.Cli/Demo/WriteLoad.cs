using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Cli.Demo;

/// <summary>
/// Writers that append one entry after the other, each under its own sequence through any member, and again through another one until it is acknowledged: what a
/// careful client of a quorum does. It counts, and remembers every entry that was acknowledged.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    // Between two entries of a writer: a load that shows every stall, and leaves the machine room for what makes them.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<long, string> _acknowledged = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<IReadOnlyList<IWriteTarget>> _members;
    private readonly string _name;
    private readonly Task _running;
    private ImmutableArray<LoadMeter> _meters;

    /// <summary>Begins to write.</summary>
    /// <param name="name">What the writers call themselves.</param>
    /// <param name="writers">How many there are.</param>
    /// <param name="members">The members that can be asked at the moment.</param>
    internal WriteLoad(string name, int writers, Func<IReadOnlyList<IWriteTarget>> members)
    {
        (_name, _members) = (name, members);
        Whole = new LoadMeter();
        _meters = [Whole];
        _running = Task.WhenAll(Enumerable.Range(0, writers).Select(RunAsync));
    }

    /// <summary>Everything since the beginning.</summary>
    internal LoadMeter Whole { get; }

    /// <summary>Begins to count anew, beside what is counted already.</summary>
    internal LoadMeter Measure()
    {
        var meter = new LoadMeter();
        ImmutableInterlocked.Update(ref _meters, static (meters, added) => meters.Add(added), meter);
        return meter;
    }

    /// <summary>Counts no more.</summary>
    internal void End(LoadMeter meter)
    {
        ImmutableInterlocked.Update(ref _meters, static (meters, ended) => meters.Remove(ended), meter);
        meter.Stop();
    }

    /// <summary>Begins no further entry; those that were begun are brought to their end.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        Whole.Stop();
    }

    /// <summary>The newest entry that was acknowledged; 0 when none was.</summary>
    internal long NewestIndex => _acknowledged.Keys.DefaultIfEmpty().Max();

    /// <summary>The entries that were acknowledged, by where they were written.</summary>
    internal IReadOnlyDictionary<long, string> Acknowledged => _acknowledged;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(int writer)
    {
        for (var sequence = 1L; !_stopping.IsCancellationRequested; sequence++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{_name} {writer}: {sequence}");
            await WriteAsync(writer, sequence, text);
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task WriteAsync(int writer, long sequence, string text)
    {
        var (begun, meters) = (Stopwatch.GetTimestamp(), _meters);
        foreach (var meter in meters)
            meter.Begin();
        for (var attempt = 0; ; attempt++)
        {
            var members = _members();
            if (members.Count > 0 && await TryAsync(members[(int)((writer + sequence + attempt) % members.Count)], text, writer, sequence) is { } index)
            {
                _acknowledged[index] = text;
                foreach (var meter in meters)
                    meter.Acknowledge(Stopwatch.GetElapsedTime(begun), attempt > 0);
                return;
            }
            if (_stopping.IsCancellationRequested && Stopwatch.GetElapsedTime(begun) > LastPatience)
            {
                foreach (var meter in meters)
                    meter.GiveUp();
                return;
            }
            await Task.Delay(Again, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<long?> TryAsync(IWriteTarget member, string text, int writer, long sequence)
    {
        using var patience = new CancellationTokenSource(Attempt);
        try
        {
            return await member.TryAppendAsync(text, string.Create(CultureInfo.InvariantCulture, $"{_name}-{writer}"), sequence, patience.Token);
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException)
        {
            // That member is away; the next one is asked.
            return null;
        }
    }
}
