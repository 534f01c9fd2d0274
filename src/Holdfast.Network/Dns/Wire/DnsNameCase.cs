namespace Holdfast.Network.Dns.Wire;

/// <summary>Letter case in DNS: only ASCII letters have it (RFC 4343).</summary>
public static class DnsNameCase
{
    /// <summary>Lowers a label.</summary>
    /// <param name="label">The label; each character is one byte.</param>
    /// <returns>The form in which labels are compared.</returns>
    public static string Lower(string label) => string.Create(label.Length, label, static (target, source) =>
    {
        for (var index = 0; index < source.Length; index++)
        {
            target[index] = source[index] is >= 'A' and <= 'Z' ? (char)(source[index] | 0x20) : source[index];
        }
    });
}
