using Holdfast.Cel.Syntax;

namespace Holdfast.Cel.Values;

/// <summary>Sizes as costs count them: characters, octets or elements, and one for everything else.</summary>
internal static class CelSizes
{
    public static long Of(CelValue value) => value switch
    {
        CelString text => text.Value.Length < 64 ? CodePoints.Count(text.Value) : text.Value.Length,
        CelBytes bytes => bytes.Value.Length,
        CelList list => list.Items.Length,
        CelMap map => map.Entries.Count,
        CelIp address => address.Width / 8,
        CelCidr network => (network.PrefixLength + 7) / 8,
        _ => 1,
    };

    public static long Smaller(CelValue left, CelValue right) => Math.Min(Of(left), Of(right));
}
