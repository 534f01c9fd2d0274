using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Holdfast.Network.Dns.Wire;

namespace Holdfast.Network.Tests.Dns;

/// <summary>A resolver on loopback that gives one address to every name, and remembers who was asked for.</summary>
internal sealed class FakeResolver : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly IPAddress _address;

    public FakeResolver(string address)
    {
        _address = IPAddress.Parse(address);
        _ = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    public IEnumerable<string> Asked => _asked;

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            var received = await _socket.ReceiveAsync();
            if (DnsReader.ReadQuery(received.Buffer) is DnsQuery query)
            {
                _asked.Enqueue(query.Question.Name.ToString());
                var record = new DnsRecord(query.Question.Name, 60, new AddressData(_address));
                var answer = DnsWriter.Write(query.Header, query.Question, new DnsAnswer { Answers = [record] }, 512, true);
                await _socket.SendAsync(answer, received.RemoteEndPoint);
            }
        }
    }
}
