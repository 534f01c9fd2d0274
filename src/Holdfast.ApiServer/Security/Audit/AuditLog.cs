using System.Threading.Channels;
using Holdfast.Platform;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>
/// Writes a line for each request that came over the network and for each write of the cluster's own parts, for its owner alone to read. Lines wait in a bounded queue; when it is
/// full, requests wait for it, so that none goes untold. What the disk refuses is told of, with the number of lines, as soon as it can be.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    private const int QueueLength = 4096;
    private const int MaximumIdLength = 64;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly AuditOptions _options;
    private readonly AuditFiles _files;
    private readonly TimeProvider _time;
    private readonly IChance _chance;
    private readonly Action<Exception> _onFault;
    private readonly Task _writing;

    /// <summary>Begins to write.</summary>
    public AuditLog(string dataFolder, AuditOptions options, TimeProvider time, IChance chance, ITaskRunner runner, Action<Exception> onFault)
    {
        (_options, _time, _chance, _onFault) = (options, time, chance, onFault);
        _files = new AuditFiles(Path.Combine(dataFolder, "audit.log"), options, time);
        _writing = options.Level == AuditLevel.None ? Task.CompletedTask : runner.Start("audit log", WriteAllAsync, CancellationToken.None);
    }

    /// <summary>Begins the record of a request; null when nothing is told.</summary>
    public AuditRecord? Begin(HttpContext http)
    {
        if (_options.Level == AuditLevel.None)
            return null;
        var given = http.Request.Headers["Audit-ID"].ToString();
        var isUsable = given.Length is > 0 and <= MaximumIdLength && given.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
        var record = new AuditRecord(isUsable ? given : _chance.NewUid(), _time.GetUtcNow(), _options.Level);
        http.Response.Headers["Audit-Id"] = record.Id;
        http.Features.Set(record);
        return record;
    }

    /// <summary>Whether anything is told.</summary>
    public bool IsKept => _options.Level != AuditLevel.None;

    /// <summary>Begins the record of a request of this process, of which no bodies are told.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="received">When it came.</param>
    public AuditRecord Begin(UserInfo user, DateTimeOffset received) => new(_chance.NewUid(), received, AuditLevel.Metadata) { User = user };

    /// <summary>The time, as records have it.</summary>
    public DateTimeOffset Now() => _time.GetUtcNow();

    /// <summary>Tells of a request that came over the network; waits while the queue is full.</summary>
    public ValueTask TellAsync(AuditRecord record, HttpContext http, string stage) => TellAsync(record, AuditedRequest.Of(http), stage);

    /// <summary>Tells of a request; waits while the queue is full.</summary>
    public async ValueTask TellAsync(AuditRecord record, AuditedRequest request, string stage)
    {
        var line = record.ToJson(request, stage, _time.GetUtcNow());
        if (_lines.Writer.TryWrite(line))
            return;
        // Not the request's own token: what somebody asked is told also when he has gone.
        if (await _lines.Writer.WaitToWriteAsync())
            await _lines.Writer.WriteAsync(line);
    }

    /// <summary>Writes what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
        _files.Dispose();
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        var lost = 0;
        var taken = new List<byte[]>();
        while (await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            taken.Clear();
            while (taken.Count < QueueLength && _lines.Reader.TryRead(out var line))
                taken.Add(line);
            try
            {
                _files.Append(taken, lost);
                lost = 0;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                lost += taken.Count;
                _onFault(new IOException($"the audit log could not be written, and {lost} lines are missing from it: {refused.Message}", refused));
                await _time.DelayAsync(RetryAfter, cancellationToken);
            }
        }
    }
}
