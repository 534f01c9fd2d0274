using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Network.Dns.Wire;

/// <summary>
/// Writes answers. An answer never grows past its limit: when the records do not fit, the truncation bit tells the
/// client to ask again over TCP; additional records are left out without a word, as RFC 2181 allows.
/// </summary>
public sealed class DnsWriter
{
    /// <summary>The largest UDP answer for a client without EDNS.</summary>
    public const int PlainUdpBytes = 512;

    /// <summary>The largest UDP answer at all: one that is not fragmented on common networks.</summary>
    public const int LargestUdpBytes = 1232;

    /// <summary>The largest TCP answer.</summary>
    public const int LargestTcpBytes = 65535;

    private const int HeaderBytes = 12;
    private const int OptBytes = 11;

    // A compression pointer has 14 bits.
    private const int LargestPointer = 0x3FFF;

    private readonly byte[] _buffer;
    private readonly Dictionary<string, int> _tails = new(StringComparer.Ordinal);
    private int _length = HeaderBytes;

    private DnsWriter(int limit) => _buffer = new byte[limit];

    /// <summary>How many bytes an answer over UDP may have.</summary>
    /// <param name="header">The query's header.</param>
    /// <returns>512, or what the client offers, up to 1232.</returns>
    public static int UdpLimit(DnsHeader header) =>
        header.Edns is { } edns ? Math.Clamp(edns.PayloadBytes, PlainUdpBytes, LargestUdpBytes) : PlainUdpBytes;

    /// <summary>Writes an answer.</summary>
    /// <param name="header">The query's header.</param>
    /// <param name="question">The question to repeat, or null when it could not be read.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="limit">The most bytes to write, at least 512.</param>
    /// <param name="isRecursionOffered">Whether names outside the zone are looked up.</param>
    /// <returns>The message.</returns>
    public static byte[] Write(DnsHeader header, DnsQuestion? question, DnsAnswer answer, int limit, bool isRecursionOffered)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, PlainUdpBytes);
        var writer = new DnsWriter(limit);
        return writer.WriteAll(header, question, answer, isRecursionOffered);
    }

    /// <summary>Writes a query with the number 0 that wants recursion and takes answers of up to 1232 bytes.</summary>
    /// <param name="question">The question.</param>
    /// <returns>The message.</returns>
    public static byte[] WriteQuery(DnsQuestion question)
    {
        var header = new DnsHeader(0, 0, true, new DnsEdns(LargestUdpBytes, 0));
        var message = Write(header, question, new DnsAnswer(), PlainUdpBytes, isRecursionOffered: false);
        message[2] &= 0x7F;
        return message;
    }

    private byte[] WriteAll(DnsHeader header, DnsQuestion? question, DnsAnswer answer, bool isRecursionOffered)
    {
        var reserved = header.Edns is null ? 0 : OptBytes;
        var limit = _buffer.Length - reserved;
        if (question is not null)
        {
            _ = TryName(question.Name, limit) && TryUInt16((int)question.Type, limit) && TryUInt16(question.RecordClass, limit);
        }

        var answers = WriteRecords(answer.Answers, limit);
        var authority = answers == answer.Answers.Length ? WriteRecords(answer.Authority, limit) : 0;
        var isTruncated = answers < answer.Answers.Length || authority < answer.Authority.Length;
        var additional = isTruncated ? 0 : WriteRecords(answer.Additional, limit);
        if (header.Edns is not null)
        {
            WriteOpt(answer.Code);
            additional++;
        }

        WriteHeader(header, answer, isTruncated, isRecursionOffered);
        SetCount(4, question is null ? 0 : 1);
        SetCount(6, answers);
        SetCount(8, authority);
        SetCount(10, additional);
        return _buffer.AsSpan(0, _length).ToArray();
    }

    private void WriteHeader(DnsHeader header, DnsAnswer answer, bool isTruncated, bool isRecursionOffered)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, header.Id);
        _buffer[2] = (byte)(0x80
            | (header.Opcode << 3)
            | (answer.IsAuthoritative ? 0x04 : 0)
            | (isTruncated ? 0x02 : 0)
            | (header.IsRecursionDesired ? 0x01 : 0));
        _buffer[3] = (byte)((isRecursionOffered ? 0x80 : 0) | ((int)answer.Code & 0xF));
    }

    private void WriteOpt(DnsResponseCode code)
    {
        var limit = _buffer.Length;
        _ = TryByte(0, limit)
            && TryUInt16((int)DnsType.Opt, limit)
            && TryUInt16(LargestUdpBytes, limit)
            && TryUInt16(((int)code >> 4) << 8, limit)
            && TryUInt16(0, limit)
            && TryUInt16(0, limit);
    }

    private int WriteRecords(IReadOnlyList<DnsRecord> records, int limit)
    {
        var written = 0;
        foreach (var record in records)
        {
            var start = _length;
            if (!TryRecord(record, limit))
            {
                _length = start;
                ForgetTailsFrom(start);
                break;
            }

            written++;
        }

        return written;
    }

    private bool TryRecord(DnsRecord record, int limit)
    {
        if (!TryName(record.Name, limit)
            || !TryUInt16((int)record.Data.Type, limit)
            || !TryUInt16(DnsQuestion.Internet, limit)
            || !TryUInt32(record.TtlSeconds, limit)
            || !TryUInt16(0, limit))
        {
            return false;
        }

        var dataStart = _length;
        if (!TryData(record.Data, limit))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(dataStart - 2), (ushort)(_length - dataStart));
        return true;
    }

    private bool TryData(DnsData data, int limit) => data switch
    {
        AddressData address => TryBytes(address.Address.GetAddressBytes(), limit),
        NameData name => TryName(name.Target, limit),
        // RFC 2782: the target of an SRV record is not compressed.
        ServiceData service => TryUInt16(service.Priority, limit)
            && TryUInt16(service.Weight, limit)
            && TryUInt16(service.Port, limit)
            && TryName(service.Target, limit, mayPointBack: false),
        TextData text => TryByte((byte)text.Text.Length, limit) && TryBytes(Encoding.ASCII.GetBytes(text.Text), limit),
        AuthorityData authority => TryName(authority.Server, limit)
            && TryName(authority.Mailbox, limit)
            && TryUInt32(authority.Serial, limit)
            && TryUInt32(authority.RefreshSeconds, limit)
            && TryUInt32(authority.RetrySeconds, limit)
            && TryUInt32(authority.ExpireSeconds, limit)
            && TryUInt32(authority.NegativeSeconds, limit),
        _ => throw new InvalidOperationException($"DNS data of type {data.Type} cannot be written."),
    };

    private bool TryName(DnsName name, int limit, bool mayPointBack = true)
    {
        for (var index = 0; index < name.Labels.Length; index++)
        {
            var tail = name.TailKey(index);
            if (mayPointBack && _tails.TryGetValue(tail, out var pointer))
            {
                return TryUInt16(0xC000 | pointer, limit);
            }

            if (_length <= LargestPointer)
            {
                _tails.TryAdd(tail, _length);
            }

            var label = name.Labels[index];
            if (!TryByte((byte)label.Length, limit) || !TryBytes(Encoding.Latin1.GetBytes(label), limit))
            {
                return false;
            }
        }

        return TryByte(0, limit);
    }

    private void ForgetTailsFrom(int offset)
    {
        foreach (var tail in _tails.Where(tail => tail.Value >= offset).Select(tail => tail.Key).ToArray())
        {
            _tails.Remove(tail);
        }
    }

    private bool TryByte(byte value, int limit) => TryBytes([value], limit);

    private bool TryUInt16(int value, int limit) => TryBytes([(byte)(value >> 8), (byte)value], limit);

    private bool TryUInt32(uint value, int limit) =>
        TryBytes([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value], limit);

    private bool TryBytes(ReadOnlySpan<byte> bytes, int limit)
    {
        if (_length + bytes.Length > limit)
        {
            return false;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
        return true;
    }

    private void SetCount(int offset, int count) => BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(offset), (ushort)count);
}
