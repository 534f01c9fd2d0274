using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace LedgerStore.Raft;

/// <summary>A membership as bytes: count (2), then for each member identity (8), voter (1), length of the name (1) and the name;
/// little-endian, in the order of identities.</summary>
public static class MembershipFormat
{
    /// <summary>The most bytes of a name.</summary>
    public const int MaxNameLength = byte.MaxValue;

    /// <summary>True when a name can be kept.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 } && Encoding.UTF8.GetByteCount(name) <= MaxNameLength;

    /// <summary>Encodes a membership.</summary>
    public static byte[] Encode(Membership membership)
    {
        var bytes = new byte[2 + membership.Seats.Sum(static seat => 10 + Encoding.UTF8.GetByteCount(seat.Value.Name))];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)membership.Seats.Count));
        var used = 2;
        foreach (var (id, seat) in membership.Seats)
        {
            var length = Encoding.UTF8.GetByteCount(seat.Name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxNameLength);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(used), id.Value);
            bytes[used + 8] = seat.IsVoter ? (byte)1 : (byte)0;
            bytes[used + 9] = (byte)length;
            Encoding.UTF8.GetBytes(seat.Name, bytes.AsSpan(used + 10));
            used += 10 + length;
        }
        return bytes;
    }

    /// <summary>Decodes a membership.</summary>
    /// <exception cref="FormatException">The bytes are none.</exception>
    public static Membership Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var seats = ImmutableSortedDictionary.CreateBuilder<MemberId, MemberSeat>();
            var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            bytes = bytes[2..];
            for (var number = 0; number < count; number++)
            {
                var name = Encoding.UTF8.GetString(bytes.Slice(10, bytes[9]));
                seats.Add(new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(bytes)), new MemberSeat(name, bytes[8] == 1));
                bytes = bytes[(10 + bytes[9])..];
            }
            return new Membership(seats.ToImmutable());
        }
        catch (ArgumentException)
        {
            throw new FormatException("these bytes are no membership");
        }
    }
}
