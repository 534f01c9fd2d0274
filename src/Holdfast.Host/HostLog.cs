using System.Globalization;
using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>
/// The cluster's log: <c>holdfast.log</c> in the data folder, one line an entry, begun anew at a size with one older file
/// kept. Lines that come faster than they can be written are counted and the count is written.
/// </summary>
internal sealed class HostLog : ILogSink, IAsyncDisposable
{
    private const long MaximumBytes = 16 * 1024 * 1024;

    private readonly Channel<LogEntry> _entries = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private long _dropped;

    internal HostLog(string path, TimeProvider time, ITaskRunner runner)
    {
        (_path, _time) = (path, time);
        _writing = runner.Start("log", WriteAllAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Write(LogEntry entry)
    {
        if (entry.Severity > LogSeverity.Debug && !_entries.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        while (await _entries.Reader.WaitToReadAsync(cancellationToken))
        {
            var taken = 0;
            try
            {
                await using var writer = Open();
                while (_entries.Reader.TryRead(out var entry))
                {
                    taken++;
                    await writer.WriteLineAsync(Line(entry));
                }
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    await writer.WriteLineAsync(Line(new LogEntry(LogSeverity.Warning, "log", $"{dropped} lines came too fast, or found the disk full, and were not written")));
                }
            }
            catch (IOException)
            {
                // A full disk is the store's to tell; the log must not keep the cluster from stopping in order.
                Interlocked.Add(ref _dropped, taken + Skip());
            }
        }
    }

    /// <summary>Passes over what waits and cannot be written, and counts it.</summary>
    private int Skip()
    {
        var skipped = 0;
        while (_entries.Reader.TryRead(out _))
        {
            skipped++;
        }
        return skipped;
    }

    private StreamWriter Open()
    {
        if (File.Exists(_path) && new FileInfo(_path).Length > MaximumBytes)
        {
            File.Move(_path, _path + ".1", overwrite: true);
        }
        return new(_path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private string Line(LogEntry entry)
    {
        var time = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var detail = entry.Exception is null ? "" : $" [{entry.Exception.GetType().Name}: {entry.Exception.Message}]";
        return $"{time} {entry.Severity,-11} {entry.Source}: {entry.Message}{detail}".ReplaceLineEndings(" ");
    }
}
