using Holdfast.FaultyDisk;
using Holdfast.Store;

namespace Holdfast.CrashServer;

/// <summary>Tells the faulty disk when the journal is in an append and when in a compaction.</summary>
internal sealed class PhasedJournal(IJournal journal) : IJournal
{
    public Task<JournalContents> OpenAsync(CancellationToken cancellationToken) => journal.OpenAsync(cancellationToken);

    public Task AppendAsync(IReadOnlyList<JournalRecord> batch, CancellationToken cancellationToken) =>
        InAsync("append", () => journal.AppendAsync(batch, cancellationToken));

    public Task CompactAsync(Compaction compaction, CancellationToken cancellationToken) =>
        InAsync("compaction", () => journal.CompactAsync(compaction, cancellationToken));

    public ValueTask DisposeAsync() => journal.DisposeAsync();

    private static async Task InAsync(string phase, Func<Task> work)
    {
        Disk.Phase = phase;
        try
        {
            await work();
        }
        finally
        {
            Disk.Phase = "";
        }
    }
}
