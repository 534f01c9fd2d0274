using Holdfast.ApiServer.Errors;
using Holdfast.Store;
using Holdfast.Store.Backups;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Streams a backup of the whole store, as <c>holdfast store backup</c> asks for it. Only who may get the path may have it: it holds
/// every Secret. Writes go on meanwhile; a reader that takes nothing for a minute is cut, so that it cannot hold an old state for ever.
/// </summary>
internal sealed class StoreBackupResponse(ResourceStore store, TimeProvider time) : IDisposable
{
    public const string Path = "/holdfast/store/backup";

    private const int MaximumAtOnce = 2;
    private static readonly TimeSpan LongestStall = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _running = new(MaximumAtOnce);

    public async Task SendAsync(ApiRequest request)
    {
        if (!await _running.WaitAsync(TimeSpan.Zero, request.Aborted))
            throw ApiErrors.TooManyRequests($"{MaximumAtOnce} backups of the store are being made already; ask again when one is done", 10);
        try
        {
            using var stall = new CancellationTokenSource(LongestStall, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, request.Aborted);
            var response = request.Http.Response;
            response.ContentType = "application/jsonl";
            await response.StartAsync(either.Token);
            await BackupWriter.WriteAsync(
                response.Body, store.Snapshot(), store.Identity, time.GetUtcNow(), new Moving(stall), either.Token);
        }
        catch (OperationCanceledException)
        {
            // What was sent has no end, so nobody takes it for a backup.
            request.Http.Abort();
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    private sealed class Moving(CancellationTokenSource stall) : IProgress<long>
    {
        public void Report(long value) => stall.CancelAfter(LongestStall);
    }
}
