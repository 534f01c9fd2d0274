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
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

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

    /// <summary>`POST /v1/backup?index=&amp;checksum=&amp;takenAt=`: whoever took a backup has checked it where it is kept. That it is one of this ledger is seen by the running checksum.</summary>
    public async Task ProvenAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (member.Ledger is not { } ledger)
            await context.AnswerAsync(member.NotServing);
        else if (!long.TryParse(query["index"], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !DateTimeOffset.TryParse(query["takenAt"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var takenAt))
            await context.AnswerAsync(LedgerError.BadRequest("index, checksum and takenAt are those of the backup's header: a whole number, a text, and a time such as 2026-01-31T12:00:00Z"));
        else if (takenAt > time.GetUtcNow() + ClockSkew)
            await context.AnswerAsync(LedgerError.BadRequest($"takenAt is {takenAt:u}, which is still to come: compare the clocks"));
        else if (ChecksumAt(ledger, index) != query["checksum"].ToString())
            await context.AnswerAsync(LedgerError.Conflict("OtherLedger", $"the backup's checksum at entry {index} is not this ledger's: it was taken from another one"));
        else
        {
            member.Remember(new ProvenBackup(takenAt, index));
            await context.AnswerAsync(200, new BackupAnswer(member.LastBackup!.At, member.LastBackup.Index), AnswerJson.Readable.BackupAnswer);
        }
    }

    private static string? ChecksumAt(ILedger ledger, long index) => (index == 0 ? LedgerChecksum.Empty : ledger.Read(index)?.Checksum)?.ToString();

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
