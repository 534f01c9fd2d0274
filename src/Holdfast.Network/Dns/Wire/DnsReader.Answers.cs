using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Dns.Wire;

/// <content>Reading the answers of other resolvers.</content>
public static partial class DnsReader
{
    private const int MaxAnswers = 128;

    /// <summary>Reads the addresses and aliases of an answer; records of other types are passed over.</summary>
    /// <param name="message">The message.</param>
    /// <param name="code">Its response code.</param>
    /// <param name="records">The records, at most 128.</param>
    /// <returns>False when the message cannot be read.</returns>
    public static bool TryReadAnswers(ReadOnlySpan<byte> message, out DnsResponseCode code, out ImmutableArray<DnsRecord> records)
    {
        records = [];
        code = DnsResponseCode.ServerFailure;
        var offset = HeaderBytes;
        if (message.Length < HeaderBytes || Count(message, 4) > 1)
        {
            return false;
        }

        code = (DnsResponseCode)(message[3] & 0xF);
        if (Count(message, 4) == 1 && !TryReadQuestion(message, ref offset, out _))
        {
            return false;
        }

        var found = ImmutableArray.CreateBuilder<DnsRecord>();
        for (var left = Math.Min(Count(message, 6), MaxAnswers); left > 0; left--)
        {
            if (!TryReadRecord(message, ref offset, out var record))
            {
                return false;
            }

            if (record is not null)
            {
                found.Add(record);
            }
        }

        records = found.DrainToImmutable();
        return true;
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int offset, out DnsRecord? record)
    {
        record = null;
        if (!TryReadName(message, ref offset, out var owner) || offset + 10 > message.Length)
        {
            return false;
        }

        var fixedPart = message.Slice(offset, 10);
        var dataStart = offset + 10;
        int dataLength = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        offset = dataStart + dataLength;
        if (offset > message.Length)
        {
            return false;
        }

        var timeToLive = BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]);
        DnsData? data = ((DnsType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart), dataLength) switch
        {
            (DnsType.A, 4) or (DnsType.Aaaa, 16) => new AddressData(new IPAddress(message.Slice(dataStart, dataLength))),
            (DnsType.CName, _) when TryReadName(message, ref dataStart, out var target) => new NameData(DnsType.CName, target),
            _ => null,
        };
        record = data is null ? null : new DnsRecord(owner, timeToLive, data);
        return true;
    }
}
