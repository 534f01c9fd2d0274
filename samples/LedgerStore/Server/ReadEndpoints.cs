using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LedgerStore.Ledger;
using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>`GET /v1/entries/{index}`, `GET /v1/entries?from=&amp;limit=` and `GET /v1/checksum?at=`. Only durable entries are shown.</summary>
/// <param name="member">The member.</param>
/// <param name="metrics">Where it is counted.</param>
public sealed class ReadEndpoints(Member member, LedgerMetrics metrics)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MaxRangeBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan StreamPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(3);

    /// <summary>One entry; with `Accept: application/octet-stream` its bytes alone.</summary>
    public async Task OneAsync(HttpContext context, string text)
    {
        if (await ReadableAsync(context) is not { } ledger)
            return;
        if (!TryNumber(text, out var index))
            await context.AnswerAsync(LedgerError.BadRequest($"an entry's index is a whole number from 1, not '{text}'"));
        else if (ledger.Read(index) is not { } entry)
            await context.AnswerAsync(LedgerError.NoSuchEntry(index, ledger.FirstIndex, ledger.Head.Index));
        else if (context.Request.Headers.Accept == "application/octet-stream")
            await AnswerRawAsync(context, entry);
        else
            await context.AnswerAsync(200, Show(entry), AnswerJson.Readable.EntryAnswer);
    }

    /// <summary>A range, bounded in number and bytes; `next` says where to go on.</summary>
    public async Task RangeAsync(HttpContext context)
    {
        if (await ReadableAsync(context) is not { } ledger)
            return;
        if (!TryQuery(context, "from", ledger.FirstIndex, out var from) ||
            !TryQuery(context, "limit", DefaultLimit, out var limit) || limit > MaxLimit)
            await context.AnswerAsync(LedgerError.BadRequest($"from is a whole number from 1, and limit one from 1 to {MaxLimit}"));
        else
            await context.AnswerAsync(200, Range(ledger, from, limit), AnswerJson.Readable.EntriesAnswer);
    }

    /// <summary>The running checksum at an index; without `at`, at the newest entry.</summary>
    public async Task ChecksumAsync(HttpContext context)
    {
        if (await ReadableAsync(context) is not { } ledger)
            return;
        var head = ledger.Head;
        if (!context.Request.Query.ContainsKey("at"))
            await context.AnswerAsync(200, new ChecksumAnswer(head.Index, head.Checksum.ToString()), AnswerJson.Readable.ChecksumAnswer);
        else if (!TryQuery(context, "at", 0, out var at))
            await context.AnswerAsync(LedgerError.BadRequest("at is a whole number from 1"));
        else if (ledger.Read(at) is { } entry)
            await context.AnswerAsync(200, new ChecksumAnswer(at, entry.Checksum.ToString()), AnswerJson.Readable.ChecksumAnswer);
        else
            await context.AnswerAsync(LedgerError.NoSuchEntry(at, ledger.FirstIndex, head.Index));
    }

    /// <summary>`GET /v1/stream?from=`: one JSON line for each entry, those that are there and those that come, until the client goes.</summary>
    public async Task StreamAsync(HttpContext context)
    {
        if (await ReadableAsync(context) is not { } ledger)
            return;
        if (!TryQuery(context, "from", ledger.FirstIndex, out var index))
        {
            await context.AnswerAsync(LedgerError.BadRequest("from is a whole number from 1"));
            return;
        }
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        while (!member.Gate.IsShut)
        {
            for (; index <= ledger.Head.Index && ledger.Read(index) is { } entry; index++)
                await WriteLineAsync(context, entry);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(StreamPause, TimeProvider.System, context.RequestAborted);
        }
    }

    private static async Task WriteLineAsync(HttpContext context, LedgerEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(Show(entry), AnswerJson.Readable.EntryAnswer);
        await context.Response.Body.WriteAsync(line, context.RequestAborted);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
    }

    /// <summary>Linearizable unless the client chooses otherwise: a majority confirms first that nothing newer was acknowledged. Null when that was refused.</summary>
    public async Task<ILedger?> ReadableAsync(HttpContext context)
    {
        var consistency = context.Request.Query["consistency"].ToString();
        var error = member.Ledger is not { } ledger ? member.NotServing
            : consistency is not ("" or "linearizable" or "stale") ? LedgerError.BadRequest("consistency is linearizable or stale")
            : IsStale(context) ? null : await ConfirmAsync(ledger, context.RequestAborted);
        if (error is null)
            return member.Ledger;
        await context.AnswerAsync(error);
        return null;
    }

    /// <summary>True when the client is content with what the member has.</summary>
    public static bool IsStale(HttpContext context) => context.Request.Query["consistency"] == "stale";

    private async Task<LedgerError?> ConfirmAsync(ILedger ledger, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadPatience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await ledger.ConfirmReadAsync(patience.Token) switch
            {
                ReadVerdict.Confirmed => null,
                ReadVerdict.Overloaded => LedgerError.Overloaded,
                _ => LedgerError.NotLeader(null),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return LedgerError.NotLeader(null);
        }
        finally
        {
            metrics.Confirmed(Stopwatch.GetElapsedTime(began));
        }
    }

    private static EntriesAnswer Range(ILedger ledger, long from, long limit)
    {
        var last = ledger.Head.Index;
        var entries = new List<EntryAnswer>();
        var bytes = 0;
        var index = Math.Max(from, ledger.FirstIndex);
        for (; index <= last && entries.Count < limit && bytes < MaxRangeBytes; index++)
        {
            var entry = ledger.Read(index)!;
            bytes += entry.Data.Length;
            entries.Add(Show(entry));
        }
        return new EntriesAnswer(entries, index <= last ? index : null, last);
    }

    private static async Task AnswerRawAsync(HttpContext context, LedgerEntry entry)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = entry.Data.Length;
        context.Response.Headers["Ledger-Checksum"] = entry.Checksum.ToString();
        await context.Response.Body.WriteAsync(entry.Data, context.RequestAborted);
    }

    private static EntryAnswer Show(LedgerEntry entry)
    {
        var (encoding, data) = ShowData(entry.Data.Span);
        return new EntryAnswer(
            entry.Index, entry.Checksum.ToString(), entry.AppendedAt,
            entry.Identity?.Client, entry.Identity?.Sequence, encoding, data);
    }

    private static (string Encoding, string Data) ShowData(ReadOnlySpan<byte> data) =>
        System.Text.Unicode.Utf8.IsValid(data)
            ? ("utf-8", Encoding.UTF8.GetString(data))
            : ("base64", Convert.ToBase64String(data));

    private static bool TryQuery(HttpContext context, string name, long missing, out long value)
    {
        value = missing;
        var given = context.Request.Query[name];
        return given.Count == 0 || TryNumber(given.ToString(), out value);
    }

    private static bool TryNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1;
}
