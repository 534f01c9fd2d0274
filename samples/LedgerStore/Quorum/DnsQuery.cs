using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Quorum;

/// <summary>One question for an address record to one server (RFC 1035, 4), for pods whose /etc/resolv.conf is the machine's and not the cluster's.</summary>
public static class DnsQuery
{
    private const int MaxAnswer = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The IPv4 addresses of a name; none when it does not exist.</summary>
    /// <exception cref="SocketException">The server did not answer in time.</exception>
    public static async Task<IPAddress[]> AskAsync(IPEndPoint server, string host, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var question = Question(host);
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(question, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var answer = new byte[MaxAnswer];
        try
        {
            var length = await socket.ReceiveAsync(answer, patience.Token);
            return Read(answer.AsSpan(0, length), question);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static byte[] Question(string host)
    {
        var bytes = new List<byte>(RandomNumberGenerator.GetBytes(2)) { 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in host.TrimEnd('.').Split('.'))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }
        bytes.AddRange([0, 0, 1, 0, 1]);
        return [.. bytes];
    }

    private static IPAddress[] Read(ReadOnlySpan<byte> answer, byte[] question)
    {
        if (answer.Length < question.Length || !answer[..2].SequenceEqual(question.AsSpan(0, 2)))
            return [];
        var count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        var found = new List<IPAddress>();
        var rest = answer[question.Length..];
        for (; count > 0 && TrySkipName(ref rest) && rest.Length >= 10; count--)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[8..]);
            if (rest.Length < 10 + length)
                break;
            if (type == 1 && length == 4)
                found.Add(new IPAddress(rest.Slice(10, 4)));
            rest = rest[(10 + length)..];
        }
        return [.. found];
    }

    private static bool TrySkipName(ref ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var length = rest[0];
            if (length >= 0xc0)
            {
                rest = rest.Length >= 2 ? rest[2..] : default;
                return rest.Length > 0;
            }
            rest = rest.Length > length ? rest[(length + 1)..] : default;
            if (length == 0)
                return rest.Length > 0;
        }
        return false;
    }
}
