using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LedgerStore.Ledger;

/// <summary>The founding of a cluster, as its own replicated state has it: nothing is appended before it is there, and no member whose identity names another
/// cluster goes on.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Founder">Who founded it.</param>
/// <param name="At">When all founders voted, or when it was restored; in whole milliseconds.</param>
public sealed record Founding(string ClusterId, string Founder, DateTimeOffset At)
{
    private const int FixedSize = 17;

    /// <summary>As bytes: cluster id (8), milliseconds (8), length of the name (1), the name; little-endian.</summary>
    public byte[] Encode()
    {
        var name = Encoding.UTF8.GetBytes(Founder);
        var bytes = new byte[FixedSize + name.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.Parse(ClusterId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), At.ToUnixTimeMilliseconds());
        bytes[16] = checked((byte)name.Length);
        name.CopyTo(bytes, FixedSize);
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null when it is not that.</summary>
    public static Founding? Decode(ReadOnlySpan<byte> bytes) => bytes.Length < FixedSize || bytes.Length < FixedSize + bytes[16] ? null : new Founding(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes).ToString("x16", CultureInfo.InvariantCulture),
        Encoding.UTF8.GetString(bytes.Slice(FixedSize, bytes[16])),
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])));
}
