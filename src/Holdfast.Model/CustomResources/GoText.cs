using System.Globalization;
using System.Text.Json;

namespace Holdfast.Model.CustomResources;

/// <summary>Values of JSON as Go shows them (<c>%v</c> and <c>%T</c>), which is how problems with them are worded.</summary>
internal static class GoText
{
    private const int PlainBelow = 21;

    /// <summary>A value.</summary>
    /// <param name="value">The value.</param>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        // A number beyond all that Go reads is shown as it was written.
        JsonValueKind.Number => IsWhole(value) || !double.IsFinite(value.GetDouble()) ? value.GetRawText() : Of(value.GetDouble()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object => $"map[{string.Join(' ', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{Of(member.Value)}"))}]",
        JsonValueKind.Array => $"[{string.Join(' ', value.EnumerateArray().Select(Of))}]",
        _ => "<nil>",
    };

    /// <summary>The type that Go reads a value as.</summary>
    /// <param name="value">The value.</param>
    public static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(value) ? "int64" : "float64",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        _ => "<nil>",
    };

    // A number with a fraction or an exponent is no whole one, whatever it comes to.
    private static bool IsWhole(JsonElement number) => number.TryGetInt64(out _) && !number.GetRawText().AsSpan().ContainsAny(".eE");

    // The shortest digits that mean the number, with an exponent where it is very large or very small.
    private static string Of(double number)
    {
        if (number == 0)
        {
            return double.IsNegative(number) ? "-0" : "0";
        }
        var sign = number < 0 ? "-" : "";
        var mantissa = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture).Split('E')[0];
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).Trim('0');
        var scientific = number.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent switch
        {
            < -4 or >= PlainBelow => $"{sign}{digits[..1]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}",
            < 0 => $"{sign}0.{new string('0', -exponent - 1)}{digits}",
            _ when digits.Length <= exponent + 1 => sign + digits.PadRight(exponent + 1, '0'),
            _ => $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}",
        };
    }
}
