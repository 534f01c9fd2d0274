using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Network.Tests.Forwarding;

/// <summary>A server that reads until its client has said all, then answers with its own name and what it heard.</summary>
internal sealed class EchoBackend : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _name;
    private long _received;

    public EchoBackend(string name)
    {
        _name = name;
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public long Received => Interlocked.Read(ref _received);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync();
            _ = AnswerAsync(client);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var heard = new StringBuilder();
            var buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                heard.Append(Encoding.ASCII.GetString(buffer, 0, count));
                Interlocked.Add(ref _received, count);
            }

            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{_name}:{heard}"));
        }
    }
}
