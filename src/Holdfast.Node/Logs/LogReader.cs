using System.Buffers;
using System.IO.Pipelines;
using Holdfast.Platform;

namespace Holdfast.Node.Logs;

/// <summary>Reads one attempt's log, its older parts first, and copies what was asked for into a pipe.</summary>
internal sealed class LogReader(string path, NodeLogRequest request, Func<bool> isRunning, TimeProvider time)
{
    private const int LineLimit = 1 << 20;
    private const int TailLimit = 100_000;
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly ArrayBufferWriter<byte> _line = new();
    private Queue<byte[]>? _tail = request.TailLines is { } lines && lines < TailLimit ? new Queue<byte[]>() : null;
    private long _left = request.LimitBytes ?? long.MaxValue;

    // Found out when the log is opened and not when the copying begins: what is written in between counts.
    private readonly long _start = request.FromNow && File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Copies until the log ends, everything asked for is written, or nobody reads any more.</summary>
    public async Task CopyAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        foreach (var older in request.FromNow ? [] : OlderParts())
        {
            await using var part = Open(older);
            if (!await DrainAsync(part, output, cancellationToken))
                return;
        }
        var position = _start;
        var isLast = false;
        while (true)
        {
            var hasEnded = !request.Follow || !isRunning();
            if (File.Exists(path))
            {
                await using var log = Open(path);
                // A shorter file than was read already is a new one: the log was rotated.
                log.Position = log.Length < position ? 0 : position;
                if (!await DrainAsync(log, output, cancellationToken))
                    return;
                position = log.Position;
            }
            if (!await FlushTailAsync(output, cancellationToken) || isLast)
                return;
            isLast = hasEnded;
            if (!hasEnded)
                await time.DelayAsync(FollowPause, cancellationToken);
            else if (!request.Follow)
                return;
        }
    }

    private IEnumerable<string> OlderParts()
    {
        var count = 0;
        while (File.Exists($"{path}.{count + 1}"))
            count++;
        for (var number = count; number > 0; number--)
            yield return $"{path}.{number}";
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private async Task<bool> DrainAsync(FileStream log, PipeWriter output, CancellationToken cancellationToken)
    {
        int read;
        while ((read = log.Read(_buffer)) > 0)
        {
            var start = 0;
            for (var at = 0; at < read; at++)
            {
                if (_buffer[at] != (byte)'\n')
                    continue;
                _line.Write(_buffer.AsSpan(start, at - start));
                start = at + 1;
                if (!await TakeLineAsync(output, cancellationToken))
                    return false;
            }
            if (_line.WrittenCount < LineLimit)
                _line.Write(_buffer.AsSpan(start, read - start));
        }
        return true;
    }

    private async Task<bool> TakeLineAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var line = LogLine.Parse(_line.WrittenMemory.ToArray());
        _line.ResetWrittenCount();
        if (request.Stream.Length > 0 && line.Stream.Length > 0 && line.Stream != request.Stream)
            return true;
        if (request.SinceTime is { } since && !line.IsSince(since))
            return true;
        var text = line.Render(request.Timestamps);
        if (_tail is null)
            return await WriteAsync(text, output, cancellationToken);
        _tail.Enqueue(text);
        if (_tail.Count > request.TailLines)
            _tail.Dequeue();
        return true;
    }

    private async Task<bool> FlushTailAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var tail = _tail;
        _tail = null;
        while (tail is { Count: > 0 })
        {
            if (!await WriteAsync(tail.Dequeue(), output, cancellationToken))
                return false;
        }
        return true;
    }

    private async Task<bool> WriteAsync(byte[] text, PipeWriter output, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(text.Length, _left);
        _left -= length;
        var flushed = await output.WriteAsync(text.AsMemory(0, length), cancellationToken);
        return !flushed.IsCompleted && _left > 0;
    }
}
