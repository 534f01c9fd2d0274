using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Holdfast.Network.Dns.Wire;

/// <summary>
/// Reads DNS messages from bytes that nobody vouches for. Every read is checked against the message's end; a
/// compression pointer may only lead further back than the one before it, so that following them always ends.
/// Nothing here throws for any input.
/// </summary>
public static partial class DnsReader
{
    private const int HeaderBytes = 12;

    // A query has no business with more records than these; the rest of the message is not looked at.
    private const int MaxRecords = 16;

    /// <summary>Reads a query.</summary>
    /// <param name="message">The message, without TCP's length in front.</param>
    /// <returns>The query, an error to answer with, or word that it deserves no answer.</returns>
    public static DnsQueryResult ReadQuery(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes || (message[2] & 0x80) != 0)
        {
            return new DnsIgnored();
        }

        var opcode = (message[2] >> 3) & 0xF;
        var header = new DnsHeader(BinaryPrimitives.ReadUInt16BigEndian(message), opcode, (message[2] & 0x01) != 0, null);
        if (opcode != 0)
        {
            return new DnsRejected(header, DnsResponseCode.NotImplemented);
        }

        var offset = HeaderBytes;
        if (Count(message, 4) != 1 || (message[2] & 0x02) != 0 || !TryReadQuestion(message, ref offset, out var question))
        {
            return new DnsRejected(header, DnsResponseCode.FormatError);
        }

        if (!TryReadEdns(message, offset, out var edns))
        {
            return new DnsRejected(header, DnsResponseCode.FormatError);
        }

        header = header with { Edns = edns };
        return edns is { Version: not 0 }
            ? new DnsRejected(header, DnsResponseCode.BadVersion)
            : new DnsQuery(header, question);
    }

    /// <summary>Reads the question of a message, also of an answer: with it an upstream's answer is matched.</summary>
    /// <param name="message">The message.</param>
    /// <param name="question">The question.</param>
    /// <returns>False when there is not exactly one, or it cannot be read.</returns>
    public static bool TryReadQuestion(ReadOnlySpan<byte> message, [NotNullWhen(true)] out DnsQuestion? question)
    {
        var offset = HeaderBytes;
        question = null;
        return message.Length >= HeaderBytes && Count(message, 4) == 1 && TryReadQuestion(message, ref offset, out question);
    }

    /// <summary>Reads a name, following compression pointers.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="offset">Where the name begins; afterwards the first byte behind it.</param>
    /// <param name="name">The name.</param>
    /// <returns>False when it is cut off, too long, loops, or uses a label type that does not exist.</returns>
    public static bool TryReadName(ReadOnlySpan<byte> message, ref int offset, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        var labels = ImmutableArray.CreateBuilder<string>();
        var position = offset;
        var lowestPointer = offset;
        var end = -1;
        var wireBytes = 1;
        while (position < message.Length)
        {
            int length = message[position];
            if (length == 0)
            {
                offset = end < 0 ? position + 1 : end;
                return DnsName.TryCreate(labels.DrainToImmutable(), out name);
            }

            if ((length & 0xC0) == 0xC0)
            {
                if (position + 1 >= message.Length)
                {
                    return false;
                }

                end = end < 0 ? position + 2 : end;
                position = ((length & 0x3F) << 8) | message[position + 1];
                if (position >= lowestPointer)
                {
                    return false;
                }

                lowestPointer = position;
                continue;
            }

            wireBytes += length + 1;
            if (length > DnsName.MaxLabelBytes || wireBytes > DnsName.MaxBytes || position + 1 + length > message.Length)
            {
                return false;
            }

            labels.Add(Encoding.Latin1.GetString(message.Slice(position + 1, length)));
            position += length + 1;
        }

        return false;
    }

    private static bool TryReadQuestion(ReadOnlySpan<byte> message, ref int offset, [NotNullWhen(true)] out DnsQuestion? question)
    {
        question = null;
        if (!TryReadName(message, ref offset, out var name) || offset + 4 > message.Length)
        {
            return false;
        }

        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
        question = new DnsQuestion(name, type, BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]));
        offset += 4;
        return true;
    }

    private static bool TryReadEdns(ReadOnlySpan<byte> message, int offset, out DnsEdns? edns)
    {
        edns = null;
        var records = Count(message, 6) + Count(message, 8) + Count(message, 10);
        if (records > MaxRecords)
        {
            return false;
        }

        for (; records > 0; records--)
        {
            if (!TryReadName(message, ref offset, out var owner) || offset + 10 > message.Length)
            {
                return false;
            }

            var fixedPart = message.Slice(offset, 10);
            offset += 10 + BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
            if (offset > message.Length)
            {
                return false;
            }

            if (BinaryPrimitives.ReadUInt16BigEndian(fixedPart) != (int)DnsType.Opt)
            {
                continue;
            }

            // RFC 6891: more than one OPT record, or one that is not at the root, is a format error.
            if (edns is not null || owner.Labels.Length != 0)
            {
                return false;
            }

            edns = new DnsEdns(BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]), fixedPart[5]);
        }

        return true;
    }

    private static int Count(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}
