using System.Globalization;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rules;

/// <summary>What kind of problem a field has; the names are those of an API Status' causes.</summary>
public enum FieldErrorType
{
    /// <summary>A needed value is missing.</summary>
    FieldValueRequired,

    /// <summary>A value is malformed or out of bounds.</summary>
    FieldValueInvalid,

    /// <summary>A value is not one of those supported.</summary>
    FieldValueNotSupported,

    /// <summary>A value is there twice.</summary>
    FieldValueDuplicate,

    /// <summary>A value may not be given here.</summary>
    FieldValueForbidden,

    /// <summary>A value is longer than allowed.</summary>
    FieldValueTooLong,

    /// <summary>There are more items than allowed.</summary>
    FieldValueTooMany,

    /// <summary>A value names something that is not there.</summary>
    FieldValueNotFound,

    /// <summary>A value has the wrong type.</summary>
    FieldValueTypeInvalid,

    /// <summary>The server failed while checking.</summary>
    InternalError,
}

/// <summary>One problem of one field of an object.</summary>
/// <param name="Type">What kind of problem.</param>
/// <param name="Field">The field's path, such as <c>spec.template.spec.containers[0].image</c>.</param>
/// <param name="Detail">The problem in words, as Kubernetes words it: the text after the field, such as <c>Invalid value: -1: must be greater than or equal to 0</c>.</param>
public sealed record FieldError(FieldErrorType Type, string Field, string Detail)
{
    /// <summary>A value is missing.</summary>
    /// <param name="path">The field.</param>
    /// <param name="detail">What is expected, in words; may be empty.</param>
    public static FieldError Required(FieldPath path, string detail = "") =>
        new(FieldErrorType.FieldValueRequired, path.ToString(), Join("Required value", detail));

    /// <summary>A text is malformed.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">The text as it is.</param>
    /// <param name="detail">What is wrong with it.</param>
    public static FieldError Invalid(FieldPath path, string value, string detail) =>
        InvalidJson(path, QuotedText.Quote(value), detail);

    /// <summary>A number is out of bounds.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">The number as it is.</param>
    /// <param name="detail">What is wrong with it.</param>
    public static FieldError Invalid(FieldPath path, long value, string detail) =>
        InvalidJson(path, value.ToString(CultureInfo.InvariantCulture), detail);

    /// <summary>A number, or a number's text, is malformed or out of bounds.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">The value as it is.</param>
    /// <param name="detail">What is wrong with it.</param>
    public static FieldError Invalid(FieldPath path, IntOrString value, string detail) =>
        value.Text is { } text ? Invalid(path, text, detail) : Invalid(path, (long)value.Number, detail);

    /// <summary>A value that is neither text nor number is wrong.</summary>
    /// <param name="path">The field.</param>
    /// <param name="json">The value as it is to be shown, as JSON.</param>
    /// <param name="detail">What is wrong with it.</param>
    public static FieldError InvalidJson(FieldPath path, string json, string detail) =>
        new(FieldErrorType.FieldValueInvalid, path.ToString(), Join($"Invalid value: {json}", detail));

    /// <summary>A value is not one of those supported.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">The value as it is.</param>
    /// <param name="supported">Those supported, in the order in which they are told.</param>
    public static FieldError NotSupported(FieldPath path, string value, params IEnumerable<string> supported)
    {
        var list = string.Join(", ", supported.Select(QuotedText.Quote));
        var detail = list.Length == 0 ? "" : $"supported values: {list}";
        return new(FieldErrorType.FieldValueNotSupported, path.ToString(), Join($"Unsupported value: {QuotedText.Quote(value)}", detail));
    }

    /// <summary>A text is there twice.</summary>
    /// <param name="path">The second field.</param>
    /// <param name="value">The text.</param>
    public static FieldError Duplicate(FieldPath path, string value) =>
        DuplicateJson(path, QuotedText.Quote(value));

    /// <summary>A value that is no text is there twice.</summary>
    /// <param name="path">The second field.</param>
    /// <param name="json">The value as it is to be shown, as JSON.</param>
    public static FieldError DuplicateJson(FieldPath path, string json) =>
        new(FieldErrorType.FieldValueDuplicate, path.ToString(), $"Duplicate value: {json}");

    /// <summary>A value may not be given here.</summary>
    /// <param name="path">The field.</param>
    /// <param name="detail">Why not.</param>
    public static FieldError Forbidden(FieldPath path, string detail) =>
        new(FieldErrorType.FieldValueForbidden, path.ToString(), Join("Forbidden", detail));

    /// <summary>A value is longer than allowed.</summary>
    /// <param name="path">The field.</param>
    /// <param name="maxBytes">How many bytes are allowed.</param>
    public static FieldError TooLong(FieldPath path, int maxBytes) =>
        new(FieldErrorType.FieldValueTooLong, path.ToString(), $"Too long: may not be more than {maxBytes} bytes");

    /// <summary>There are more items than allowed.</summary>
    /// <param name="path">The field.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="maxCount">How many are allowed.</param>
    public static FieldError TooMany(FieldPath path, int count, int maxCount) =>
        new(FieldErrorType.FieldValueTooMany, path.ToString(), $"Too many: {count}: must have at most {maxCount} {(maxCount == 1 ? "item" : "items")}");

    /// <summary>A value names something that is not there.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">The name.</param>
    public static FieldError NotFound(FieldPath path, string value) =>
        new(FieldErrorType.FieldValueNotFound, path.ToString(), $"Not found: {QuotedText.Quote(value)}");

    private static string Join(string start, string detail) => detail.Length == 0 ? start : $"{start}: {detail}";

    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Detail}";
}
