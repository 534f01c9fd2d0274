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
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Detail}";
}
