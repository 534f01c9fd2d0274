using System.IO.Pipelines;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>One stream of a SPDY connection, opened by the client.</summary>
internal sealed class SpdyStream
{
    private const int InputBound = 256 * 1024;

    private readonly SpdyConnection _connection;
    private readonly IReadOnlyDictionary<string, string> _headers;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: InputBound, resumeWriterThreshold: InputBound / 2, useSynchronizationContext: false));
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private TaskCompletionSource _widened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private long _window;
    private bool _inputHasEnded;
    private bool _isFinished;

    /// <param name="connection">The connection.</param>
    /// <param name="id">The stream's number.</param>
    /// <param name="headers">The headers it was opened with.</param>
    public SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
    {
        (_connection, Id, _headers) = (connection, id, headers);
        _window = connection.ClientWindow ?? SpdyFrame.DefaultWindow;
        Input = new TakenStream(_input.Reader, count => _connection.SendTakenAsync(Id, count, CancellationToken.None));
    }

    public int Id { get; }

    /// <summary>What the client sends; it ends with the client's half.</summary>
    public Stream Input { get; }

    /// <summary>Ends when the stream was reset, or its connection is gone.</summary>
    public Task Broken => _broken.Task;

    /// <summary>A header's text; empty when it was not given.</summary>
    public string Header(string name) => _headers.GetValueOrDefault(name) ?? "";

    /// <summary>Sends bytes.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _connection.SendDataAsync(this, bytes, isLast: false, cancellationToken);

    /// <summary>Ends this server's half, once.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_isFinished)
            return;
        _isFinished = true;
        await _connection.SendDataAsync(this, default, isLast: true, cancellationToken);
        if (_inputHasEnded)
            _connection.Forget(this);
    }

    /// <summary>Takes in what has come; waits while too much is unread.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_inputHasEnded)
            return;
        try
        {
            await _input.Writer.WriteAsync(bytes, cancellationToken);
        }
        catch (InvalidOperationException) when (_inputHasEnded)
        {
            // It was reset from this side at the same moment: what came has nobody to read it.
        }
    }

    /// <summary>The client has sent all.</summary>
    public void EndInput()
    {
        _inputHasEnded = true;
        _input.Writer.Complete();
        if (_isFinished)
            _connection.Forget(this);
    }

    /// <summary>The stream is over without order, in both directions.</summary>
    public void Break(Exception failure)
    {
        _inputHasEnded = true;
        _input.Writer.Complete(failure);
        lock (_gate)
        {
            _failure = failure;
            _widened.TrySetResult();
        }
        _broken.TrySetResult();
    }

    /// <summary>Nobody reads on; what still comes is dropped.</summary>
    public void StopReading()
    {
        _input.Reader.CancelPendingRead();
        _input.Reader.Complete();
    }

    /// <summary>Makes the client's window wider, or narrower by a negative number.</summary>
    /// <returns>False when the window would be wider than the protocol allows.</returns>
    public bool Widen(int count)
    {
        lock (_gate)
        {
            _window += count;
            var widened = _widened;
            _widened = new(TaskCreationOptions.RunContinuationsAsynchronously);
            widened.TrySetResult();
            return _window <= int.MaxValue;
        }
    }

    /// <summary>Waits until the client takes some of so many bytes; says how many.</summary>
    /// <exception cref="IOException">The stream is over.</exception>
    public async ValueTask<int> ClaimAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task widened;
            lock (_gate)
            {
                if (_failure is not null)
                    throw new IOException(_failure.Message, _failure);
                var room = _connection.ClientWindow is null ? wanted : (int)Math.Clamp(_window, 0, wanted);
                _window -= room;
                if (room > 0)
                    return room;
                widened = _widened.Task;
            }
            await widened.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Reads a pipe and says how much was taken, in steps of half a window.</summary>
    private sealed class TakenStream(PipeReader reader, Func<int, Task> sendTaken) : PlainReadStream
    {
        private readonly Stream _inner = reader.AsStream();
        private int _taken;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count;
            try
            {
                count = await _inner.ReadAsync(buffer, cancellationToken);
            }
            catch (InvalidOperationException error)
            {
                throw new IOException("the stream is no longer read", error);
            }
            _taken += count;
            if (_taken < SpdyFrame.DefaultWindow / 2)
                return count;
            var taken = _taken;
            _taken = 0;
            await sendTaken(taken);
            return count;
        }
    }
}
