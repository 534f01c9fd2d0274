using System.Buffers.Binary;
using System.Globalization;

namespace LedgerStore.Storage;

/// <summary>The first 32 bytes of a segment file: magic (8), data format (4), checksum (4), index of the first record (8),
/// zeros (8); little-endian. Magic and data format keep their places in every format, so that an older release can
/// always name what it cannot read.</summary>
/// <param name="Format">The layout that the segment was written in.</param>
/// <param name="BaseIndex">The index of the segment's first record.</param>
public readonly record struct SegmentHeader(int Format, long BaseIndex)
{
    /// <summary>The header's length in bytes.</summary>
    public const int Size = 32;

    /// <summary>What segment files end in.</summary>
    public const string Extension = ".segment";

    private static ReadOnlySpan<byte> Magic => "LEDGRSEG"u8;

    /// <summary>The file name of the segment that begins at this index: names sort as indexes do.</summary>
    public static string FileName(long baseIndex) =>
        baseIndex.ToString("D20", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The header's bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), BaseIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Of(bytes.AsSpan(0, 12), bytes.AsSpan(16)));
        return bytes;
    }

    /// <summary>Reads a header that this release can work with.</summary>
    /// <exception cref="UnusableDataException">No segment file, a damaged header, or a format that is not readable.</exception>
    public static SegmentHeader Decode(ReadOnlySpan<byte> bytes, string path, int readsFormatsTo = DataFormat.Newest)
    {
        if (bytes.Length < Size || !bytes[..8].SequenceEqual(Magic))
            throw Damaged(path, "does not begin with a segment header");
        var format = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (format > readsFormatsTo)
            throw new UnusableDataException(
                $"{path} is in data format {format}, and this version reads formats up to {readsFormatsTo}: " +
                "a newer version has written here, so start that version again, or restore a backup taken before the upgrade; nothing was changed");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Crc32C.Of(bytes[..12], bytes[16..Size]))
            throw Damaged(path, "has a header whose checksum is wrong");
        if (format < DataFormat.Oldest)
            throw Damaged(path, $"is in data format {format}, older than the oldest readable one, {DataFormat.Oldest}");
        return new SegmentHeader(format, BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
    }

    private static UnusableDataException Damaged(string path, string what) =>
        new($"{path} {what} (offset 0): the member stops before it serves anything; keep the volume as evidence and restore a backup");
}
