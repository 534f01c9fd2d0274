using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LedgerStore.Tests.Quorum;

/// <summary>A DNS server of one zone: who is in it has an address, who is not has none.</summary>
public sealed class TestDns : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IPAddress> records = new(StringComparer.OrdinalIgnoreCase);
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task answering;

    public TestDns()
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        answering = AnswerAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)socket.LocalEndPoint!;

    public void Set(string name, string address) => records[name] = IPAddress.Parse(address);

    public void Remove(string name) => records.TryRemove(name, out _);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await answering;
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task AnswerAsync()
    {
        var question = new byte[512];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveFromAsync(question, new IPEndPoint(IPAddress.Any, 0), stopping.Token);
                await socket.SendToAsync(Answer(question.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint, stopping.Token);
            }
        }
        catch (OperationCanceledException end)
        {
            Assert.True(stopping.IsCancellationRequested, end.Message);
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += question[at] + 1)
            labels.Add(Encoding.ASCII.GetString(question.Slice(at + 1, question[at])));
        var answer = question[..(at + 5)].ToArray().ToList();
        var isThere = records.TryGetValue(string.Join('.', labels), out var address);
        (answer[2], answer[3]) = (0x84, (byte)(isThere ? 0 : 3));
        answer[7] = (byte)(isThere ? 1 : 0);
        if (!isThere)
            return [.. answer];
        Span<byte> record = stackalloc byte[16];
        record.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(record, 0xc00c);
        (record[3], record[5], record[11]) = (1, 1, 4);
        address!.TryWriteBytes(record[12..], out _);
        return [.. answer, .. record];
    }
}
