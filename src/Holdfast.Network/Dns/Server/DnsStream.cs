using System.Buffers.Binary;

namespace Holdfast.Network.Dns.Server;

/// <summary>DNS messages on a stream: each is led by its length in two bytes (RFC 1035, 4.2.2).</summary>
internal static class DnsStream
{
    /// <summary>Reads a message.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="limit">The longest message to take, in bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, or null when the stream ended, in the middle too, or the message is over the limit.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var prefix = new byte[2];
        if (await stream.ReadAtLeastAsync(prefix, 2, throwOnEndOfStream: false, cancellationToken) < 2)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        if (length > limit)
        {
            return null;
        }

        var message = new byte[length];
        return await stream.ReadAtLeastAsync(message, length, throwOnEndOfStream: false, cancellationToken) < length ? null : message;
    }

    /// <summary>Writes a message.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="message">The message, at most 65535 bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task WriteAsync(Stream stream, byte[] message, CancellationToken cancellationToken)
    {
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellationToken);
    }
}
