using System.Collections.Frozen;
using LedgerStore.Storage;

namespace LedgerStore.Server;

/// <summary>Finds what handles a request and turns whatever goes wrong into an error that a client can read. A table of a dozen
/// paths: the framework's routing would cost more time at start than all the rest.</summary>
public sealed class LedgerRouter
{
    private const string Entries = "/v1/entries";
    private const string Members = "/v1/members/";
    private const string Reading = "GET or HEAD";

    private readonly FrozenDictionary<string, RequestDelegate> reads;
    private readonly FrozenDictionary<string, RequestDelegate> writes;
    private readonly ReadEndpoints entries;
    private readonly QuorumEndpoints? quorum;
    private readonly LedgerJournal journal;
    private readonly Action<Exception> onFatal;
    private readonly int maxEntryBytes;

    /// <summary>A router over the endpoints.</summary>
    public LedgerRouter(
        AppendEndpoint append, ReadEndpoints entries, BackupEndpoint backup, OperationEndpoints operations, QuorumEndpoints? quorum, LedgerJournal journal, Action<Exception> onFatal, int maxEntryBytes)
    {
        (this.entries, this.quorum, this.journal, this.onFatal, this.maxEntryBytes) = (entries, quorum, journal, onFatal, maxEntryBytes);
        reads = new Dictionary<string, RequestDelegate>
        {
            [Entries] = entries.RangeAsync,
            ["/v1/checksum"] = entries.ChecksumAsync,
            ["/v1/backup"] = backup.HandleAsync,
            ["/v1/stream"] = entries.StreamAsync,
            ["/v1/members"] = quorum is null ? RefuseAsync : quorum.MembersAsync,
            ["/status"] = operations.StatusAsync,
            ["/startup"] = operations.StartupAsync,
            ["/ready"] = operations.ReadyAsync,
            ["/live"] = operations.LiveAsync,
            ["/metrics"] = operations.MetricsAsync,
            ["/drain"] = operations.DrainAsync,
        }.ToFrozenDictionary();
        writes = new Dictionary<string, RequestDelegate>
        {
            [Entries] = append.HandleAsync,
            ["/drain"] = operations.DrainAsync,
            ["/v1/backup"] = backup.ProvenAsync,
            ["/v1/leadership"] = quorum is null ? RefuseAsync : quorum.TransferAsync,
            ["/v1/format"] = quorum is null ? RefuseAsync : quorum.FormatAsync,
        }.ToFrozenDictionary();
    }

    private static Task RefuseAsync(HttpContext context) => context.AnswerAsync(LedgerError.Standalone);

    /// <summary>Handles one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await DispatchAsync(context);
        }
        catch (BadHttpRequestException failure)
        {
            await TryAnswerAsync(context, LedgerError.Of(failure, maxEntryBytes));
        }
        catch (EndOfStreamException)
        {
            await TryAnswerAsync(context, LedgerError.BadRequest("the body ended before its Content-Length; nothing was appended"));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (UnusableDataException damage)
        {
            // A disk that has changed one entry may have changed others: the member stops before anyone is shown them.
            onFatal(damage);
            await TryAnswerAsync(context, LedgerError.Damaged);
        }
        catch (Exception failure)
        {
            journal.Write($"error: {context.Request.Method} {context.Request.Path} failed: {failure.Message}");
            await TryAnswerAsync(context, LedgerError.Internal);
        }
    }

    private Task DispatchAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var method = context.Request.Method;
        var isRead = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (!isRead && context.Request.Query["follower"].ToString() is not ("" or "forward" or "redirect"))
            return context.AnswerAsync(LedgerError.BadRequest("follower is forward or redirect"));
        if (isRead && reads.TryGetValue(path, out var read))
            return read(context);
        if (HttpMethods.IsPost(method) && writes.TryGetValue(path, out var write))
            return write(context);
        if (HttpMethods.IsPost(method) && path.StartsWith(Members, StringComparison.Ordinal))
            return quorum is null ? RefuseAsync(context) : quorum.ChangeAsync(context, path[Members.Length..]);
        if (path.StartsWith(Entries + "/", StringComparison.Ordinal))
            return isRead
                ? entries.OneAsync(context, path[(Entries.Length + 1)..])
                : context.AnswerAsync(LedgerError.MethodNotAllowed(path, Reading));
        return context.AnswerAsync(ErrorFor(path));
    }

    private LedgerError ErrorFor(string path) => (reads.ContainsKey(path), writes.ContainsKey(path)) switch
    {
        (false, false) => LedgerError.NoSuchPath(path),
        (_, true) => LedgerError.MethodNotAllowed(path, Reading + " or POST"),
        _ => LedgerError.MethodNotAllowed(path, Reading),
    };

    private static Task TryAnswerAsync(HttpContext context, LedgerError error)
    {
        if (!context.Response.HasStarted)
            return context.AnswerAsync(error);
        context.Abort();
        return Task.CompletedTask;
    }
}
