using System.Globalization;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Apps;

/// <summary>What holds for numbers of pods that may be percentages.</summary>
internal static class Amounts
{
    /// <summary>A number that is not negative, or a percentage.</summary>
    public static void CheckNotNegative(IntOrString? value, FieldPath path, string field, FieldErrors errors)
    {
        if (value is not { } given)
        {
            return;
        }
        if (given.IsNumber)
        {
            errors.RequireNotNegative(path, field, given.Number);
        }
        else if (PercentOf(given) is null)
        {
            errors.Add(FieldError.Invalid(
                path.Child(field), given, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
        }
    }

    /// <summary>A percentage of at most 100.</summary>
    public static void CheckAtMostAll(IntOrString? value, FieldPath path, string field, FieldErrors errors)
    {
        if (value is { IsNumber: false } given && PercentOf(given) > 100)
        {
            errors.Add(FieldError.Invalid(path.Child(field), given, "must not be greater than 100%"));
        }
    }

    /// <summary>How many pods may be missing while a set rolls: at least one, if it is said at all.</summary>
    public static void CheckMaxUnavailable(IntOrString? value, FieldPath path, FieldErrors errors)
    {
        if (value is not { } given)
        {
            return;
        }
        CheckNotNegative(given, path, "maxUnavailable", errors);
        if (IsZero(given))
        {
            errors.Add(FieldError.Invalid(path.Child("maxUnavailable"), given, "cannot be 0"));
        }
        CheckAtMostAll(given, path, "maxUnavailable", errors);
    }

    /// <summary>Whether a number or percentage is nothing.</summary>
    public static bool IsZero(IntOrString value) => value.IsNumber ? value.Number == 0 : PercentOf(value) == 0;

    private static long? PercentOf(IntOrString value) =>
        value.Text is { } text && text.EndsWith('%') && text.Length > 1 && text.AsSpan(0, text.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0
        && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? percent
            : null;
}
