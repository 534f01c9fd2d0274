using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Network.Dns.Wire;

namespace Holdfast.Network.Dns;

/// <summary>Asks a DNS server for the addresses of a name, as a pod would.</summary>
public static class DnsLookup
{
    private const int MaximumMessage = 4096;

    /// <summary>The IPv4 addresses of a name, in order; none when the name is not there or the server did not answer in time.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">The name, fully qualified.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ImmutableArray<IPAddress>> AddressesAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        using var client = new UdpClient();
        client.Connect(server);
        try
        {
            await client.SendAsync(Question(name), limit.Token);
            var answer = await client.ReceiveAsync(limit.Token);
            return DnsReader.TryReadAnswers(answer.Buffer.AsSpan(0, Math.Min(answer.Buffer.Length, MaximumMessage)), out _, out var records)
                ? [.. records.Select(record => record.Data).OfType<AddressData>().Select(data => data.Address).OrderBy(address => address.ToString(), StringComparer.Ordinal)]
                : [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private static byte[] Question(string name)
    {
        var message = new List<byte> { 0x48, 0x46, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }
        message.Add(0);
        Span<byte> typeAndClass = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(typeAndClass, 1);
        BinaryPrimitives.WriteUInt16BigEndian(typeAndClass[2..], 1);
        message.AddRange(typeAndClass.ToArray());
        return [.. message];
    }
}
