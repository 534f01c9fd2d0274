using System.Buffers.Binary;
using System.Text;

namespace LedgerStore.Ledger;

/// <summary>What the members agree on, one after the other.</summary>
public abstract record ReplicatedCommand
{
    private const byte AppendKind = 1;
    private const byte FormatKind = 2;
    private const byte FoundingKind = 3;

    private ReplicatedCommand()
    {
    }

    /// <summary>An entry for the ledger.</summary>
    /// <param name="Command">What and from whom.</param>
    /// <param name="AppendedAt">When the leader took it, in whole milliseconds.</param>
    public sealed record Append(LedgerCommand Command, DateTimeOffset AppendedAt) : ReplicatedCommand;

    /// <summary>From here on every member writes this data format.</summary>
    /// <param name="Format">Which.</param>
    public sealed record SwitchFormat(int Format) : ReplicatedCommand;

    /// <summary>The cluster is founded: every founder votes.</summary>
    /// <param name="Founding">Which cluster, and by whom.</param>
    public sealed record Found(Founding Founding) : ReplicatedCommand;

    /// <summary>As bytes: kind (1); then a format (4), a founding, or milliseconds (8), sequence (8), length of the client's name (1), the name, the data.</summary>
    public byte[] Encode()
    {
        if (this is SwitchFormat change)
        {
            var five = new byte[5];
            five[0] = FormatKind;
            BinaryPrimitives.WriteInt32LittleEndian(five.AsSpan(1), change.Format);
            return five;
        }
        if (this is Found found)
            return [FoundingKind, .. found.Founding.Encode()];
        var append = (Append)this;
        var client = append.Command.Identity?.Client ?? "";
        var bytes = new byte[18 + client.Length + append.Command.Data.Length];
        bytes[0] = AppendKind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), append.AppendedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(9), append.Command.Identity?.Sequence ?? 0);
        bytes[17] = (byte)client.Length;
        Encoding.ASCII.GetBytes(client, bytes.AsSpan(18));
        append.Command.Data.Span.CopyTo(bytes.AsSpan(18 + client.Length));
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">It is none, or of a kind that only a newer release knows.</exception>
    public static ReplicatedCommand Decode(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length == 5 && span[0] == FormatKind)
            return new SwitchFormat(BinaryPrimitives.ReadInt32LittleEndian(span[1..]));
        if (span.Length > 1 && span[0] == FoundingKind && Founding.Decode(span[1..]) is { } founding)
            return new Found(founding);
        if (span.Length < 18 || span[0] != AppendKind || span.Length < 18 + span[17])
            throw new FormatException("a replicated command is of a kind that this version does not know");
        var identity = span[17] == 0 ? null
            : new RequestIdentity(Encoding.ASCII.GetString(span.Slice(18, span[17])), BinaryPrimitives.ReadInt64LittleEndian(span[9..]));
        return new Append(
            new LedgerCommand(bytes[(18 + span[17])..], identity), DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(span[1..])));
    }
}
