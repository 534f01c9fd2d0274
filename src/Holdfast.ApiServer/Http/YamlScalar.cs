using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.ApiServer.Http;

/// <summary>What a scalar of YAML stands for, by its tag, its quotes and, when it is plain, its text, as Kubernetes' reader has it.</summary>
internal static class YamlScalar
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    /// <summary>Writes a scalar as a JSON value.</summary>
    /// <exception cref="Client.ApiException">JSON has no such value.</exception>
    public static void Write(Utf8JsonWriter writer, Scalar scalar)
    {
        switch (Value(scalar))
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case ulong large:
                writer.WriteNumberValue(large);
                break;
            case double number:
                writer.WriteNumberValue(Finite(number, scalar));
                break;
            case var text:
                writer.WriteStringValue((string)text);
                break;
        }
    }

    /// <summary>A scalar as the name of a member, which JSON has as text alone.</summary>
    /// <exception cref="Client.ApiException">It cannot be a name.</exception>
    public static string Name(Scalar scalar) => Value(scalar) switch
    {
        null => throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {scalar.Start.Line}: a key is null, which is not a name"),
        bool flag => flag ? "true" : "false",
        double number => Finite(number, scalar).ToString("R", CultureInfo.InvariantCulture),
        var value => System.Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static object? Value(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag == TagPrefix + "binary")
            return Decoded(scalar);
        if (tag is "!" or TagPrefix + "str" || (tag.Length == 0 && scalar.Style != ScalarStyle.Plain))
            return scalar.Value;
        return Plain(scalar.Value);
    }

    private static object? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
        "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
        ".nan" or ".NaN" or ".NAN" => double.NaN,
        ['-' or '+' or '.' or (>= '0' and <= '9'), ..] => Number(text.Replace("_", "", StringComparison.Ordinal)) ?? text,
        _ => text,
    };

    private static object? Number(string text)
    {
        var isNegative = text.StartsWith('-');
        var digits = text.AsSpan(isNegative || text.StartsWith('+') ? 1 : 0);
        if (Magnitude(digits) is { } magnitude)
        {
            if (!isNegative)
                return magnitude <= long.MaxValue ? (long)magnitude : magnitude;
            if (magnitude <= (ulong)long.MaxValue + 1)
                return unchecked(-(long)magnitude);
        }
        const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    // YAML 1.1 writes file modes as 0644.
    private static ulong? Magnitude(ReadOnlySpan<char> digits) => digits switch
    {
        ['0', 'x' or 'X', .. var rest] => ulong.TryParse(rest, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null,
        ['0', 'b' or 'B', .. var rest] => ulong.TryParse(rest, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out var value) ? value : null,
        ['0', 'o' or 'O', .. var rest] => Octal(rest),
        ['0', _, ..] => Octal(digits),
        _ => ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null,
    };

    private static ulong? Octal(ReadOnlySpan<char> digits)
    {
        ulong value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7' || value > ulong.MaxValue / 8)
                return null;
            value = (value * 8) + (ulong)(digit - '0');
        }
        return digits.Length == 0 ? null : value;
    }

    private static string Decoded(Scalar scalar)
    {
        try
        {
            return Encoding.UTF8.GetString(System.Convert.FromBase64String(scalar.Value));
        }
        catch (FormatException)
        {
            throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {scalar.Start.Line}: !!binary value contains invalid base64 data");
        }
    }

    private static double Finite(double number, Scalar scalar) => double.IsFinite(number)
        ? number
        : throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {scalar.Start.Line}: {scalar.Value} is no value that JSON has");
}
