using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Holdfast.Network.Dns.Wire;
using Holdfast.Platform;

namespace Holdfast.Network.Dns.Server;

/// <summary>
/// Asks other resolvers on a client's behalf. Each question goes out from a port of its own with a number of its own,
/// and only an answer from the resolver asked, with that number and that question, is believed.
/// </summary>
/// <param name="options">Whom to ask, and the bounds.</param>
/// <param name="chance">Gives the numbers.</param>
/// <param name="time">Measures the wait.</param>
internal sealed class UpstreamResolver(DnsServerOptions options, IChance chance, TimeProvider time)
{
    private int _inFlight;

    /// <summary>Whether there is anybody to ask.</summary>
    public bool IsConfigured => !options.Upstreams.IsEmpty;

    /// <summary>Passes a query on as it is.</summary>
    /// <param name="message">The client's message.</param>
    /// <param name="question">The question in it.</param>
    /// <param name="isTcp">Whether to ask over TCP, as the client did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer with the client's number, or null when nobody answered in time or too many wait already.</returns>
    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> message, DnsQuestion question, bool isTcp, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _inFlight) > options.MaxForwarded)
        {
            Interlocked.Decrement(ref _inFlight);
            return null;
        }

        try
        {
            foreach (var upstream in options.Upstreams)
            {
                if (await AskOneAsync(upstream, message, question, isTcp, cancellationToken) is { } answer)
                {
                    return answer;
                }
            }

            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task<byte[]?> AskOneAsync(
        IPEndPoint upstream, ReadOnlyMemory<byte> message, DnsQuestion question, bool isTcp, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.UpstreamTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var query = message.ToArray();
        var number = (ushort)chance.Next(65536);
        BinaryPrimitives.WriteUInt16BigEndian(query, number);
        try
        {
            var answer = isTcp
                ? await AskOverTcpAsync(upstream, query, either.Token)
                : await AskOverUdpAsync(upstream, query, number, question, either.Token);
            if (!IsAnswer(answer, number, question))
            {
                return null;
            }

            message.Span[..2].CopyTo(answer);
            return answer;
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<byte[]> AskOverUdpAsync(
        IPEndPoint upstream, byte[] query, ushort number, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(upstream.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(upstream, cancellationToken);
        await socket.SendAsync(query, cancellationToken);
        var buffer = new byte[DnsWriter.LargestTcpBytes];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            var answer = buffer.AsSpan(0, length).ToArray();
            if (IsAnswer(answer, number, question))
            {
                return answer;
            }
        }
    }

    private static async Task<byte[]> AskOverTcpAsync(IPEndPoint upstream, byte[] query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(upstream.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(upstream, cancellationToken);
        await using var stream = new NetworkStream(socket);
        await DnsStream.WriteAsync(stream, query, cancellationToken);
        return await DnsStream.ReadAsync(stream, DnsWriter.LargestTcpBytes, cancellationToken) ?? [];
    }

    private static bool IsAnswer(byte[] answer, ushort number, DnsQuestion question) =>
        answer.Length >= 12
        && BinaryPrimitives.ReadUInt16BigEndian(answer) == number
        && (answer[2] & 0x80) != 0
        && (!DnsReader.TryReadQuestion(answer, out var repeated) ? IsBareError(answer) : repeated == question);

    // Some resolvers leave the question out of an error.
    private static bool IsBareError(byte[] answer) => answer[4] == 0 && answer[5] == 0 && (answer[3] & 0xF) != 0;
}
