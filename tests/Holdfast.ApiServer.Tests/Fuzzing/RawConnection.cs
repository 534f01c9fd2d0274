using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>HTTP/1.1 by hand, so that requests can be wrong in every way.</summary>
internal sealed class RawConnection(Uri server, string token) : IAsyncDisposable
{
    private const int MaximumHead = 256 * 1024;
    private const int MaximumAttempts = 5;
    private TcpClient? _tcp;
    private SslStream? _tls;

    /// <summary>Sends a request and reads the answer's code and body; code 0 when the connection was closed without one.</summary>
    /// <remarks>
    /// A server may refuse a request by its head and close the connection while the body is still being sent; the answer can be lost on the
    /// way then, to any client. So that is tried again: closed each time is closed without an answer.
    /// </remarks>
    public async Task<(int Code, string Body)> SendAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isSent = false;
            try
            {
                var stream = await ConnectAsync(cancellationToken);
                await stream.WriteAsync(request.ToBytes(token), cancellationToken);
                isSent = true;
                return await ReadAsync(stream, request, cancellationToken);
            }
            catch (IOException)
            {
                await CloseAsync();
                if (isSent || attempt == MaximumAttempts)
                    return (0, "");
            }
            catch (OperationCanceledException)
            {
                await CloseAsync();
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<SslStream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_tls is not null)
            return _tls;
        _tcp = new TcpClient { NoDelay = true };
        await _tcp.ConnectAsync(server.Host, server.Port, cancellationToken);
        var tls = new SslStream(_tcp.GetStream());
#pragma warning disable CA5359 // Whose certificate it is does not matter here.
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, cancellationToken);
#pragma warning restore CA5359
        return _tls = tls;
    }

    private async Task CloseAsync()
    {
        if (_tls is not null)
            await _tls.DisposeAsync();
        _tcp?.Dispose();
        (_tls, _tcp) = (null, null);
    }

    private async Task<(int Code, string Body)> ReadAsync(SslStream stream, FuzzRequest request, CancellationToken cancellationToken)
    {
        var buffer = new List<byte>();
        var end = await ReadHeadAsync(stream, buffer, cancellationToken);
        if (end < 0)
        {
            await CloseAsync();
            return (0, "");
        }
        var head = Encoding.Latin1.GetString([.. buffer[..end]]);
        var code = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        buffer.RemoveRange(0, end + 4);
        if (code < 200 || (code < 300 && request.MayStream))
        {
            await CloseAsync();
            return (code, "");
        }
        var isBare = request.Method == "HEAD" || code is 204 or 304;
        var body = isBare ? [] : await ReadBodyAsync(stream, head, buffer, cancellationToken);
        if (head.Contains("\r\nConnection: close", StringComparison.OrdinalIgnoreCase))
            await CloseAsync();
        return (code, Encoding.UTF8.GetString([.. body]));
    }

    private static async Task<int> ReadHeadAsync(SslStream stream, List<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Count < MaximumHead)
        {
            if (!await MoreAsync(stream, buffer, cancellationToken))
                return -1;
            if (Find(buffer, "\r\n\r\n"u8) is >= 0 and var end)
                return end;
        }
        return -1;
    }

    private static async Task<List<byte>> ReadBodyAsync(SslStream stream, string head, List<byte> buffer, CancellationToken cancellationToken)
    {
        if (Value(head, "Content-Length") is { } length)
        {
            var expected = int.Parse(length, CultureInfo.InvariantCulture);
            while (buffer.Count < expected && await MoreAsync(stream, buffer, cancellationToken))
            {
            }
            return buffer;
        }
        if (Value(head, "Transfer-Encoding") is null)
        {
            while (await MoreAsync(stream, buffer, cancellationToken))
            {
            }
            return buffer;
        }
        while (!EndsWith(buffer, "0\r\n\r\n"u8) && await MoreAsync(stream, buffer, cancellationToken))
        {
        }
        return Unchunked(buffer);
    }

    private static List<byte> Unchunked(List<byte> buffer)
    {
        var body = new List<byte>();
        for (var at = 0; at < buffer.Count;)
        {
            var line = buffer.IndexOf((byte)'\n', at);
            var size = int.Parse(Encoding.ASCII.GetString([.. buffer[at..line]]).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            body.AddRange(buffer.GetRange(line + 1, size));
            at = line + 1 + size + 2;
        }
        return body;
    }

    private static async Task<bool> MoreAsync(SslStream stream, List<byte> buffer, CancellationToken cancellationToken)
    {
        var bytes = new byte[16 * 1024];
        var count = await stream.ReadAsync(bytes, cancellationToken);
        buffer.AddRange(bytes.AsSpan(0, count));
        return count > 0;
    }

    private static int Find(List<byte> buffer, ReadOnlySpan<byte> wanted) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(buffer).IndexOf(wanted);

    private static bool EndsWith(List<byte> buffer, ReadOnlySpan<byte> wanted) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(buffer).EndsWith(wanted);

    private static string? Value(string head, string name)
    {
        var line = head.Split("\r\n").FirstOrDefault(each => each.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line?[(name.Length + 1)..].Trim();
    }
}
