using System.Collections.Immutable;

namespace Holdfast.Model.Rules;

/// <summary>Collects the problems of one object; costs nothing while there are none.</summary>
public sealed class FieldErrors
{
    private List<FieldError>? _errors;

    /// <summary>How many problems there are.</summary>
    public int Count => _errors?.Count ?? 0;

    /// <summary>Adds a problem.</summary>
    /// <param name="error">The problem.</param>
    public void Add(FieldError error) => (_errors ??= []).Add(error);

    /// <summary>All problems in the order in which they were found, each once.</summary>
    public ImmutableArray<FieldError> ToImmutable() => _errors is null ? [] : [.. _errors.Distinct()];

    /// <summary>Wants a text.</summary>
    /// <param name="path">The object that holds the field.</param>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="detail">What is expected, in words.</param>
    public bool Require(FieldPath path, string name, string? value, string detail = "")
    {
        if (!string.IsNullOrEmpty(value))
        {
            return true;
        }
        Add(FieldError.Required(path.Child(name), detail));
        return false;
    }

    /// <summary>Wants a number that is not negative.</summary>
    /// <param name="path">The object that holds the field.</param>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    public void RequireNotNegative(FieldPath path, string name, long value)
    {
        if (value < 0)
        {
            Add(FieldError.Invalid(path.Child(name), value, "must be greater than or equal to 0"));
        }
    }

    /// <summary>Wants a number that is not negative.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">Its value.</param>
    public void RequireNotNegative(FieldPath path, long value)
    {
        if (value < 0)
        {
            Add(FieldError.Invalid(path, value, "must be greater than or equal to 0"));
        }
    }

    /// <summary>Wants a text of some form.</summary>
    /// <param name="path">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="format">The form.</param>
    public void RequireFormat(FieldPath path, string value, TextFormat format)
    {
        foreach (var problem in format(value))
        {
            Add(FieldError.Invalid(path, value, problem));
        }
    }

    /// <summary>Wants a text of some form.</summary>
    /// <param name="path">The object that holds the field.</param>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="format">The form.</param>
    public void RequireFormat(FieldPath path, string name, string value, TextFormat format)
    {
        foreach (var problem in format(value))
        {
            Add(FieldError.Invalid(path.Child(name), value, problem));
        }
    }

    /// <summary>Wants one of some texts.</summary>
    /// <param name="path">The object that holds the field.</param>
    /// <param name="name">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="supported">Those supported, in the order in which they are told.</param>
    public bool RequireOneOf(FieldPath path, string name, string value, ImmutableArray<string> supported)
    {
        if (supported.Contains(value))
        {
            return true;
        }
        Add(FieldError.NotSupported(path.Child(name), value, supported));
        return false;
    }

    /// <summary>Wants a field as it was.</summary>
    /// <param name="path">The field.</param>
    /// <param name="updated">Its new value.</param>
    /// <param name="old">Its stored value.</param>
    public void RequireUnchanged(FieldPath path, string? updated, string? old)
    {
        if (updated != old)
        {
            Add(updated is null
                ? FieldError.InvalidJson(path, "null", Immutable)
                : FieldError.Invalid(path, updated, Immutable));
        }
    }

    /// <summary>Wants a field as it was.</summary>
    /// <typeparam name="T">The field's type.</typeparam>
    /// <param name="path">The field.</param>
    /// <param name="updated">Its new value.</param>
    /// <param name="old">Its stored value.</param>
    /// <param name="show">Writes the new value as JSON.</param>
    public void RequireUnchanged<T>(FieldPath path, T updated, T old, Func<T, string> show)
    {
        if (!EqualityComparer<T>.Default.Equals(updated, old))
        {
            Add(FieldError.InvalidJson(path, show(updated), Immutable));
        }
    }

    private const string Immutable = "field is immutable";
}
