using Holdfast.Platform;

namespace Holdfast.Simulator.Ledger;

/// <summary>Clients that write all the time, each one write after the other and again until it is told that it is kept: what they were told must never be lost.</summary>
/// <param name="system">The data system.</param>
/// <param name="chance">Chooses.</param>
internal sealed class LedgerClients(LedgerSystem system, IChance chance)
{
    private const int Clients = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private bool _isOver;

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged => system.Truth.Acknowledged.Count;

    /// <summary>Writes until it is told to end.</summary>
    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Clients).Select(WriteAsync));

    /// <summary>Begins no more writes.</summary>
    public void Stop() => _isOver = true;

    private async Task WriteAsync(int client)
    {
        for (var sequence = 1L; !_isOver; sequence++)
        {
            var write = new LedgerWrite(client, sequence);
            while (!_isOver && !await TryAsync(write))
                await system.Time.DelayAsync(Pause * 0.5 * chance.NextDouble(), CancellationToken.None);
            await system.Time.DelayAsync(Pause * chance.NextDouble(), CancellationToken.None);
        }
    }

    private async Task<bool> TryAsync(LedgerWrite write)
    {
        var leader = system.Live.Where(member => member.IsLeader && !system.IsNodeCut(member.Host)).MaxBy(member => member.Node!.Term);
        if (leader?.Append(write) is not { } done)
            return false;
        var late = Completions.Source<bool>();
        await using var timer = system.Time.CreateTimer(_ => late.TrySetResult(false), null, Patience, Timeout.InfiniteTimeSpan);
        if (!await await Task.WhenAny(done, late.Task))
            return false;
        system.Truth.Acknowledge(write);
        return true;
    }
}
