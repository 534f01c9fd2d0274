using System.IO.Pipelines;

namespace Holdfast.ApiServer.Http.Streaming.Spdy;

/// <summary>One stream of a SPDY connection, opened by the client.</summary>
/// <param name="connection">The connection.</param>
/// <param name="id">The stream's number.</param>
/// <param name="headers">The headers it was opened with.</param>
internal sealed class SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
{
    private const int InputBound = 1024 * 1024;

    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: InputBound, resumeWriterThreshold: InputBound / 2, useSynchronizationContext: false));
    private bool _isFinished;

    public int Id => id;

    /// <summary>What the client sends; it ends with the client's half.</summary>
    public Stream Input => _input.Reader.AsStream();

    /// <summary>A header's text; empty when it was not given.</summary>
    public string Header(string name) => headers.GetValueOrDefault(name) ?? "";

    /// <summary>Sends bytes.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        connection.SendDataAsync(id, bytes, isLast: false, cancellationToken);

    /// <summary>Ends this server's half, once.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_isFinished)
            return;
        _isFinished = true;
        await connection.SendDataAsync(id, default, isLast: true, cancellationToken);
    }

    /// <summary>Takes in what has come; waits while too much is unread.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await _input.Writer.WriteAsync(bytes, cancellationToken);

    /// <summary>The client's half has ended, in order or not.</summary>
    public void EndInput(Exception? failure) => _input.Writer.Complete(failure);

    /// <summary>Nobody reads on.</summary>
    public void StopReading() => _input.Reader.Complete();
}
