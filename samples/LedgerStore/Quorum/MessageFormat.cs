using System.Text;
using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>Messages between members as bytes: kind (1), from (8), to (8), term (8), then the fields in their order; little-endian.</summary>
public static class MessageFormat
{
    /// <summary>The most bytes of one message; more is refused before it is read.</summary>
    public const int MaxLength = 20 * 1024 * 1024;

    /// <summary>Encodes a message.</summary>
    public static byte[] Encode(RaftMessage message)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(KindOf(message));
        writer.Write(message.From.Value);
        writer.Write(message.To.Value);
        writer.Write(message.Term);
        WriteFields(writer, message);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static RaftMessage Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), false), Encoding.UTF8);
            var kind = reader.ReadByte();
            var (from, to) = (new MemberId(reader.ReadUInt64()), new MemberId(reader.ReadUInt64()));
            return ReadFields(reader, kind, from, to, reader.ReadInt64());
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new FormatException("a message of another member cannot be read");
        }
    }

    private static byte KindOf(RaftMessage message) => message switch
    {
        RaftMessage.VoteRequest => 1,
        RaftMessage.VoteResponse => 2,
        RaftMessage.AppendRequest => 3,
        RaftMessage.AppendResponse => 4,
        RaftMessage.Heartbeat => 5,
        RaftMessage.HeartbeatResponse => 6,
        RaftMessage.SnapshotChunk => 7,
        RaftMessage.SnapshotResponse => 8,
        RaftMessage.TimeoutNow => 9,
        RaftMessage.ReadRequest => 10,
        _ => 11,
    };

    private static void WriteFields(BinaryWriter writer, RaftMessage message)
    {
        switch (message)
        {
            case RaftMessage.VoteRequest vote:
                Write(writer, vote.LastIndex, vote.LastTerm, vote.IsPre ? 1 : 0, vote.IsTransfer ? 1 : 0);
                break;
            case RaftMessage.VoteResponse vote:
                Write(writer, vote.IsGranted ? 1 : 0, vote.IsPre ? 1 : 0);
                break;
            case RaftMessage.AppendRequest append:
                Write(writer, append.PreviousIndex, append.PreviousTerm, append.Commit, append.Entries.Count);
                foreach (var entry in append.Entries)
                    WriteBytes(writer, RaftFiles.Encode(entry));
                break;
            case RaftMessage.AppendResponse answer:
                Write(writer, answer.IsSuccess ? 1 : 0, answer.Match, answer.Rejected, answer.HintIndex, answer.HintTerm);
                break;
            case RaftMessage.Heartbeat beat:
                Write(writer, beat.Commit, beat.Round, beat.Goal);
                break;
            case RaftMessage.HeartbeatResponse beat:
                Write(writer, beat.Round);
                break;
            case RaftMessage.SnapshotChunk chunk:
                Write(writer, chunk.Position, chunk.IsLast ? 1 : 0);
                WriteBytes(writer, RaftFiles.EncodeMark(chunk.Mark));
                WriteBytes(writer, chunk.Data.Span);
                break;
            case RaftMessage.SnapshotResponse answer:
                Write(writer, answer.Index, answer.NextPosition);
                break;
            case RaftMessage.ReadRequest read:
                Write(writer, read.Context);
                break;
            case RaftMessage.ReadResponse read:
                Write(writer, read.Context, read.Index);
                break;
        }
    }

    private static RaftMessage ReadFields(BinaryReader reader, byte kind, MemberId from, MemberId to, long term)
    {
        long Next() => reader.ReadInt64();
        return kind switch
        {
            1 => new RaftMessage.VoteRequest(from, to, term, Next(), Next(), Next() == 1, Next() == 1),
            2 => new RaftMessage.VoteResponse(from, to, term, Next() == 1, Next() == 1),
            3 => ReadAppend(reader, from, to, term, Next(), Next(), Next()),
            4 => new RaftMessage.AppendResponse(from, to, term, Next() == 1, Next(), Next(), Next(), Next()),
            5 => ReadHeartbeat(reader, from, to, term, Next(), Next()),
            6 => new RaftMessage.HeartbeatResponse(from, to, term, Next()),
            7 => ReadChunk(reader, from, to, term, Next(), Next() == 1),
            8 => new RaftMessage.SnapshotResponse(from, to, term, Next(), Next()),
            9 => new RaftMessage.TimeoutNow(from, to, term),
            10 => new RaftMessage.ReadRequest(from, to, term, Next()),
            11 => new RaftMessage.ReadResponse(from, to, term, Next(), Next()),
            _ => throw new FormatException($"a message of kind {kind} is not known to this version"),
        };
    }

    // Earlier builds did not say the goal, and pass over it.
    private static RaftMessage.Heartbeat ReadHeartbeat(BinaryReader reader, MemberId from, MemberId to, long term, long commit, long round) =>
        new(from, to, term, commit, round, reader.BaseStream.Position < reader.BaseStream.Length ? reader.ReadInt64() : commit);

    private static RaftMessage.AppendRequest ReadAppend(BinaryReader reader, MemberId from, MemberId to, long term, long previous, long previousTerm, long commit)
    {
        var entries = new List<RaftEntry>();
        for (var count = reader.ReadInt64(); count > 0; count--)
        {
            var bytes = ReadBytes(reader);
            entries.Add(new RaftEntry(previous + entries.Count + 1, BitConverter.ToInt64(bytes), (RaftEntryKind)bytes[8], bytes.AsMemory(9)));
        }
        return new RaftMessage.AppendRequest(from, to, term, previous, previousTerm, entries, commit);
    }

    private static RaftMessage.SnapshotChunk ReadChunk(BinaryReader reader, MemberId from, MemberId to, long term, long position, bool isLast)
    {
        var mark = RaftFiles.DecodeMark(ReadBytes(reader));
        return new RaftMessage.SnapshotChunk(from, to, term, mark, position, ReadBytes(reader), isLast);
    }

    private static void Write(BinaryWriter writer, params ReadOnlySpan<long> values)
    {
        foreach (var value in values)
            writer.Write(value);
    }

    private static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length is >= 0 and <= MaxLength && reader.ReadBytes(length) is { } bytes && bytes.Length == length
            ? bytes
            : throw new FormatException("a message of another member has a length that cannot be");
    }
}
