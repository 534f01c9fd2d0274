using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Client.Streaming;

/// <summary>The streams of one command over a WebSocket: each message begins with the number of its channel.</summary>
internal sealed class CommandChannels(WebSocket socket, PodCommand command, bool canEndInput)
{
    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Outcome = 3;
    private const byte EndSignal = 255;
    private const int PieceSize = 16 * 1024;
    private const int MaximumOutcomeBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _errors = new();
    private readonly ArrayBufferWriter<byte> _outcome = new();

    /// <summary>Sends the input while it takes in the outputs, until the server says how the command ended.</summary>
    public async Task<PodCommandResult> RunAsync(CancellationToken cancellationToken)
    {
        var sending = SendInputAsync(cancellationToken);
        var buffer = new byte[PieceSize];
        while (await ReceiveAsync(buffer, cancellationToken))
        {
        }
        var code = ExitCode();
        // A command may end before it has read all of its input.
        if (sending.IsCompleted)
            await sending;
        else
            socket.Abort();
        return new PodCommandResult(code, _output.WrittenSpan.ToArray(), _errors.WrittenSpan.ToArray());
    }

    private async Task SendInputAsync(CancellationToken cancellationToken)
    {
        if (command.Input.IsEmpty)
            return;
        try
        {
            for (var sent = 0; sent < command.Input.Length; sent += PieceSize)
            {
                var piece = command.Input.Slice(sent, Math.Min(PieceSize, command.Input.Length - sent));
                await socket.SendAsync((byte[])[Input, .. piece.Span], WebSocketMessageType.Binary, true, cancellationToken);
            }
            if (canEndInput)
                await socket.SendAsync(new byte[] { EndSignal, Input }, WebSocketMessageType.Binary, true, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command ended first, or the reader finds the connection broken too and tells it.
            return;
        }
    }

    private async Task<bool> ReceiveAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte>? into = null;
        var isFirst = true;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return false;
            var bytes = buffer.AsSpan(0, result.Count);
            if (isFirst && bytes.Length > 0)
            {
                into = bytes[0] switch { Output => _output, Errors => _errors, Outcome => _outcome, _ => null };
                bytes = bytes[1..];
                isFirst = false;
            }
            Keep(into, bytes);
            if (result.EndOfMessage)
                return true;
        }
    }

    private void Keep(ArrayBufferWriter<byte>? into, ReadOnlySpan<byte> bytes)
    {
        if (into is null)
            return;
        var bound = ReferenceEquals(into, _outcome) ? MaximumOutcomeBytes : command.MaximumOutputBytes;
        if (into.WrittenCount + bytes.Length > bound)
            throw Refused("TooLarge", $"{command.Arguments.FirstOrDefault()} in pod {command.Namespace}/{command.Pod} wrote more than {bound} bytes; it was left alone");
        into.Write(bytes);
    }

    private int ExitCode()
    {
        if (_outcome.WrittenCount == 0)
            throw new IOException("the server closed the connection without saying how the command ended");
        var outcome = ModelJson.Read<Status>(_outcome.WrittenSpan);
        if (outcome.StatusValue == "Success")
            return 0;
        var cause = outcome.Details?.Causes.FirstOrDefault(each => each.Reason == "ExitCode");
        if (outcome.Reason == "NonZeroExitCode" && int.TryParse(cause?.Message, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return code;
        throw new ApiException(outcome.Code == 0 ? outcome with { Code = 500 } : outcome);
    }

    private static ApiException Refused(string reason, string message) =>
        new(Status.Empty with { StatusValue = "Failure", Reason = reason, Message = message });
}
