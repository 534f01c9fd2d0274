using System.Globalization;
using LedgerStore.Ledger;
using LedgerStore.Operations;

namespace LedgerStore.Server;

/// <summary>`GET /v1/backup?at=`: a backup, consistent at an index that its header names; entries never change, so writes go on meanwhile.</summary>
/// <param name="member">The member.</param>
/// <param name="reads">Confirms that nothing newer was acknowledged.</param>
/// <param name="time">The clock.</param>
public sealed class BackupEndpoint(Member member, ReadEndpoints reads, TimeProvider time)
{
    /// <summary>Streams a backup.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (await reads.ReadableAsync(context) is not { } ledger)
            return;
        // Asked for after the read was confirmed: it holds everything that was acknowledged before.
        var place = await ledger.PlaceAsync();
        var head = place.Head;
        if (context.Request.Query["at"].ToString() is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at < 1)
                await context.AnswerAsync(LedgerError.BadRequest("at is a whole number from 1"));
            else if (ledger.Read(at) is not { } entry)
                await context.AnswerAsync(LedgerError.NoSuchEntry(at, ledger.FirstIndex, head.Index));
            else
                await WriteAsync(context, ledger, place with { Head = new LedgerHead(at, entry.Checksum) });
            return;
        }
        await WriteAsync(context, ledger, place);
    }

    private async Task WriteAsync(HttpContext context, ILedger ledger, LedgerPlace place)
    {
        var (head, view) = (place.Head, ledger.View);
        var header = new BackupHeader(
            head.Index, head.Checksum.ToString(), view?.ClusterId, member.Options.Member, member.Options.Release.Version,
            view?.Format ?? member.Options.Release.WritesFormat, time.GetUtcNow(), view?.Members ?? [], place.LogIndex, place.Term,
            ReadEndpoints.IsStale(context) ? "stale" : "linearizable", view is null ? null : Math.Max(view.LastLogIndex, place.LogIndex ?? 0));
        context.Response.ContentType = "application/vnd.ledger-store.backup";
        await BackupFile.WriteAsync(context.Response.Body, header, index => Record(ledger.Read(index)!), context.RequestAborted);
    }

    private static byte[] Record(LedgerEntry entry) => LedgerEntryFormat.Encode(entry);
}
