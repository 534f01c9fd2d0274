using System.Numerics;
using System.Text;

namespace Holdfast.Store;

/// <summary>CRC-32C over a short text, for what is kept beside the records.</summary>
internal static class TextChecksum
{
    public static uint Of(string text)
    {
        var checksum = uint.MaxValue;
        foreach (var single in Encoding.UTF8.GetBytes(text))
            checksum = BitOperations.Crc32C(checksum, single);
        return ~checksum;
    }
}
