using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EndToEnd.Programs;

/// <summary>Asks a DNS server for the SRV records of a name, with a reader of its own so that it shares no mistake with the server.</summary>
internal static class ServiceQuery
{
    private const int Header = 12;
    private const int ServiceType = 33;

    public static async Task<IReadOnlyList<(int Port, string Target)>> AskAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var client = new UdpClient();
        client.Connect(server);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience.Usual);
        await client.SendAsync(Question(name), limit.Token);
        return Read((await client.ReceiveAsync(limit.Token)).Buffer);
    }

    private static byte[] Question(string name) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0, 0, ServiceType, 0, 1];

    private static List<(int, string)> Read(byte[] answer)
    {
        Assert.Equal(0, answer[3] & 0xF);
        var offset = Header;
        Name(answer, ref offset);
        offset += 4;
        var found = new List<(int, string)>();
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)); left > 0; left--)
        {
            Name(answer, ref offset);
            var type = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(offset));
            var length = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(offset + 8));
            var data = offset + 10;
            if (type == ServiceType)
            {
                var port = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(data + 4));
                var target = data + 6;
                found.Add((port, Name(answer, ref target)));
            }
            offset = data + length;
        }
        return found;
    }

    private static string Name(byte[] message, ref int offset)
    {
        var labels = new List<string>();
        var at = offset;
        var hasJumped = false;
        while (message[at] != 0)
        {
            if (message[at] >= 0xC0)
            {
                if (!hasJumped)
                    offset = at + 2;
                hasJumped = true;
                at = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at)) & 0x3FFF;
                continue;
            }
            labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
            at += message[at] + 1;
        }
        if (!hasJumped)
            offset = at + 1;
        return string.Join('.', labels);
    }
}
