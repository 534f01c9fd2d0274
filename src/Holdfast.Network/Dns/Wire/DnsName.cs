using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Holdfast.Network.Dns.Wire;

/// <summary>
/// A domain name as a list of labels. Each character of a label stands for one byte, so that any label on the wire
/// survives. Compares without regard to ASCII case (RFC 4343) and keeps the case it came with.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>The longest name on the wire, in bytes, its closing zero counted (RFC 1035).</summary>
    public const int MaxBytes = 255;

    /// <summary>The longest label, in bytes.</summary>
    public const int MaxLabelBytes = 63;

    private readonly string _key;

    private DnsName(ImmutableArray<string> labels)
    {
        Labels = labels;
        _key = KeyOf(labels.AsSpan());
    }

    /// <summary>The name of the root: no labels.</summary>
    public static DnsName Root { get; } = new([]);

    /// <summary>The labels, the most specific first.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The length on the wire, in bytes, without compression.</summary>
    public int WireLength => 1 + Labels.Sum(label => label.Length + 1);

    /// <summary>Makes a name from labels.</summary>
    /// <param name="labels">The labels; each character is one byte.</param>
    /// <param name="name">The name.</param>
    /// <returns>False when a label is empty, longer than 63 bytes or not of bytes, or the whole is over 255 bytes.</returns>
    public static bool TryCreate(ImmutableArray<string> labels, [NotNullWhen(true)] out DnsName? name)
    {
        var wire = 1;
        foreach (var label in labels)
        {
            wire += label.Length + 1;
            if (label.Length is 0 or > MaxLabelBytes || label.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF'))
            {
                name = null;
                return false;
            }
        }

        name = wire <= MaxBytes ? new DnsName(labels) : null;
        return name is not null;
    }

    /// <summary>Reads a plain dotted name, with or without its last dot; escapes are not understood.</summary>
    /// <param name="text">Such as <c>web.default.svc.cluster.local</c>.</param>
    /// <param name="name">The name.</param>
    /// <returns>False when it is not a valid name.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name)
    {
        var trimmed = text.EndsWith('.') ? text[..^1] : text;
        return TryCreate(trimmed.Length == 0 ? [] : [.. trimmed.Split('.')], out name);
    }

    /// <summary>Reads a plain dotted name that is known to be valid.</summary>
    /// <param name="text">Such as <c>cluster.local</c>.</param>
    /// <returns>The name.</returns>
    /// <exception cref="FormatException">The text is not a valid name.</exception>
    public static DnsName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a valid domain name.");

    /// <summary>The reverse name of an address, below <c>in-addr.arpa</c> or <c>ip6.arpa</c>.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The name.</returns>
    public static DnsName ReverseOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? new([.. bytes.Reverse().Select(part => part.ToString(CultureInfo.InvariantCulture)), "in-addr", "arpa"])
            : new([.. bytes.Reverse().SelectMany(Nibbles), "ip6", "arpa"]);
    }

    /// <summary>Whether this name is another one or below it.</summary>
    /// <param name="ancestor">The upper name.</param>
    /// <returns>True when it is.</returns>
    public bool IsAtOrBelow(DnsName ancestor) =>
        Labels.Length >= ancestor.Labels.Length
        && string.Equals(KeyOf(Labels.AsSpan()[^ancestor.Labels.Length..]), ancestor._key, StringComparison.Ordinal);

    /// <summary>The name of this one's child.</summary>
    /// <param name="labels">The child's labels, the most specific first.</param>
    /// <returns>The longer name, or null when it would not be valid.</returns>
    public DnsName? Child(params ReadOnlySpan<string> labels) => TryCreate([.. labels, .. Labels], out var name) ? name : null;

    /// <summary>A key that is equal for equal tails, with which a writer finds names to point back to.</summary>
    /// <param name="firstLabel">The index of the tail's first label.</param>
    /// <returns>The key.</returns>
    public string TailKey(int firstLabel) => firstLabel == 0 ? _key : KeyOf(Labels.AsSpan()[firstLabel..]);

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && string.Equals(_key, other._key, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_key, StringComparison.Ordinal);

    /// <summary>The dotted form with its last dot; bytes that are not plain are written as <c>\DDD</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var label in Labels)
        {
            foreach (var letter in label)
            {
                _ = letter is '.' or '\\' or <= ' ' or > '~'
                    ? text.Append('\\').Append(((int)letter).ToString("D3", CultureInfo.InvariantCulture))
                    : text.Append(letter);
            }

            text.Append('.');
        }

        return text.Length == 0 ? "." : text.ToString();
    }

    private static string[] Nibbles(byte part) => [HexDigit(part & 0xF), HexDigit(part >> 4)];

    private static string HexDigit(int value) => value.ToString("x", CultureInfo.InvariantCulture);

    // Each label is led by its length as one character, so that no two lists of labels share a key.
    private static string KeyOf(ReadOnlySpan<string> labels)
    {
        var length = 0;
        foreach (var label in labels)
        {
            length += label.Length + 1;
        }

        var key = new StringBuilder(length);
        foreach (var label in labels)
        {
            key.Append((char)label.Length);
            foreach (var letter in label)
            {
                key.Append(letter is >= 'A' and <= 'Z' ? (char)(letter | 0x20) : letter);
            }
        }

        return key.ToString();
    }
}
