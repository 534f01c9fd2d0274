using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Conversions between types, and the types themselves as values.</summary>
internal static class Conversions
{
    private const double TwoTo63 = 9223372036854775808d;
    private const double TwoTo64 = 18446744073709551616d;

    private static readonly CelError Range = CelError.Of("integer overflow");
    private static readonly CelError UnsignedRange = CelError.Of("unsigned integer overflow");
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Types that an expression may name.</summary>
    public static readonly FrozenDictionary<string, CelType> NamedTypes = new Dictionary<string, CelType>(StringComparer.Ordinal)
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["uint"] = CelType.Uint,
        ["double"] = CelType.Double,
        ["string"] = CelType.String,
        ["bytes"] = CelType.Bytes,
        ["list"] = CelType.List(CelType.Dyn),
        ["map"] = CelType.Map(CelType.Dyn, CelType.Dyn),
        ["null_type"] = CelType.Null,
        ["optional_type"] = CelType.Optional(CelType.Dyn),
        ["type"] = CelType.Type,
        ["google.protobuf.Duration"] = CelType.Duration,
        ["google.protobuf.Timestamp"] = CelType.Timestamp,
        ["net.IP"] = CelType.Ip,
        ["net.CIDR"] = CelType.Cidr,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static CelLibrary Library { get; } = Others(Texts(Numbers(new())));

    /// <summary>A value as text, as <c>string()</c> gives it.</summary>
    public static string ToText(CelValue value) => value switch
    {
        CelString text => text.Value,
        CelInt number => number.Value.ToString(CultureInfo.InvariantCulture),
        CelUint number => number.Value.ToString(CultureInfo.InvariantCulture),
        CelDouble number => CelNumbers.ToText(number.Value),
        CelBool flag => flag.Value ? "true" : "false",
        CelTimestamp time => CelTimes.ToText(time),
        CelDuration duration => CelTimes.ToText(duration),
        CelNull => "null",
        CelTypeValue type => type.Value.Name,
        CelIp address => AddressText.Write(address),
        CelCidr network => AddressText.Write(network),
        _ => value.Type.Name,
    };

    private static CelLibrary Numbers(CelLibrary library) => library
        .Global("int", CelType.Int, [CelType.Int], (_, a) => a[0])
        .Global("int", CelType.Int, [CelType.Uint], (_, a) => ((CelUint)a[0]).Value is var number && number <= long.MaxValue ? new CelInt((long)number) : Range)
        .Global("int", CelType.Int, [CelType.Double], (_, a) => ((CelDouble)a[0]).Value is > -TwoTo63 and < TwoTo63 and var number ? new CelInt((long)number) : Range)
        .Global("int", CelType.Int, [CelType.String], (_, a) => Text(a) is var text
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new CelInt(number) : Unreadable(Text(a), "int"))
        .Global("int", CelType.Int, [CelType.Timestamp], (_, a) => new CelInt(((CelTimestamp)a[0]).Seconds))
        .Global("uint", CelType.Uint, [CelType.Uint], (_, a) => a[0])
        .Global("uint", CelType.Uint, [CelType.Int], (_, a) => ((CelInt)a[0]).Value is >= 0 and var number ? new CelUint((ulong)number) : UnsignedRange)
        .Global("uint", CelType.Uint, [CelType.Double], (_, a) => ((CelDouble)a[0]).Value is >= 0 and < TwoTo64 and var number ? new CelUint((ulong)number) : UnsignedRange)
        .Global("uint", CelType.Uint, [CelType.String], (_, a) =>
            ulong.TryParse(Text(a), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new CelUint(number) : Unreadable(Text(a), "uint"))
        .Global("double", CelType.Double, [CelType.Double], (_, a) => a[0])
        .Global("double", CelType.Double, [CelType.Int], (_, a) => new CelDouble(((CelInt)a[0]).Value))
        .Global("double", CelType.Double, [CelType.Uint], (_, a) => new CelDouble(((CelUint)a[0]).Value))
        .Global("double", CelType.Double, [CelType.String], (_, a) =>
            double.TryParse(Text(a), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
                ? new CelDouble(number) : Unreadable(Text(a), "double"));

    private static CelLibrary Texts(CelLibrary library)
    {
        foreach (var type in new[] { CelType.String, CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Timestamp, CelType.Duration, CelType.Ip, CelType.Cidr })
            library.Global("string", CelType.String, [type], (_, a) => a[0] as CelString ?? new CelString(ToText(a[0])));
        return library
            .Global("string", CelType.String, [CelType.Bytes], (_, a) => Decode((CelBytes)a[0]))
            .Global("bytes", CelType.Bytes, [CelType.Bytes], (_, a) => a[0])
            .Global("bytes", CelType.Bytes, [CelType.String], (_, a) => new CelBytes([.. Encoding.UTF8.GetBytes(Text(a))]));
    }

    private static CelLibrary Others(CelLibrary library) => library
        .Global("bool", CelType.Bool, [CelType.Bool], (_, a) => a[0])
        .Global("bool", CelType.Bool, [CelType.String], (_, a) => Text(a) switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => CelBool.True,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => CelBool.False,
            var text => Unreadable(text, "bool"),
        })
        .Global("dyn", CelType.Dyn, [A], (_, a) => a[0])
        .Global("type", CelType.Type, [A], (_, a) => new CelTypeValue(a[0].Type))
        .Global("timestamp", CelType.Timestamp, [CelType.Timestamp], (_, a) => a[0])
        .Global("timestamp", CelType.Timestamp, [CelType.String], (_, a) => (CelValue?)CelTimes.ParseTimestamp(Text(a)) ?? Unreadable(Text(a), "timestamp"))
        .Global("timestamp", CelType.Timestamp, [CelType.Int], (_, a) => (CelValue?)CelTimes.Timestamp(((CelInt)a[0]).Value, 0) ?? CelError.Of("timestamp overflow"))
        .Global("duration", CelType.Duration, [CelType.Duration], (_, a) => a[0])
        .Global("duration", CelType.Duration, [CelType.String], (_, a) => (CelValue?)CelTimes.ParseDuration(Text(a)) ?? Unreadable(Text(a), "duration"))
        .Global("duration", CelType.Duration, [CelType.Int], (_, a) => new CelDuration(((CelInt)a[0]).Value));

    private static CelValue Decode(CelBytes bytes)
    {
        try
        {
            return new CelString(StrictUtf8.GetString(bytes.Value.AsSpan()));
        }
        catch (DecoderFallbackException)
        {
            return CelError.Of("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static string Text(CelValue[] arguments) => ((CelString)arguments[0]).Value;

    private static CelError Unreadable(string text, string type) =>
        CelError.Of($"type conversion error from 'string' to '{type}': {(text.Length > 100 ? text[..100] + "…" : text)}");
}
