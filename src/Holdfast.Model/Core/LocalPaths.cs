using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>Paths that may not lead out of where they begin.</summary>
internal static class LocalPaths
{
    /// <summary>Wants a relative path without a step back.</summary>
    public static void RequireDescending(string value, FieldPath path, FieldErrors errors)
    {
        if (value.StartsWith('/'))
        {
            errors.Add(FieldError.Invalid(path, value, "must be a relative path"));
        }
        RequireNoBackstep(value, path, errors);
    }

    /// <summary>Wants a path without a step back.</summary>
    public static void RequireNoBackstep(string value, FieldPath path, FieldErrors errors)
    {
        if (HasBackstep(value))
        {
            errors.Add(FieldError.Invalid(path, value, "must not contain '..'"));
        }
    }

    /// <summary>Whether a path has a step back.</summary>
    public static bool HasBackstep(string value)
    {
        foreach (var range in value.AsSpan().Split('/'))
        {
            if (value.AsSpan(range) is "..")
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Wants a file's name inside a volume: relative, and not beginning with two dots.</summary>
    public static void RequireFile(string value, FieldPath path, string field, FieldErrors errors)
    {
        if (!errors.Require(path, field, value))
        {
            return;
        }
        RequireDescending(value, path.Child(field), errors);
        if (value.StartsWith("..", StringComparison.Ordinal) && !HasBackstep(value))
        {
            errors.Add(FieldError.Invalid(path.Child(field), value, "must not start with '..'"));
        }
    }

    /// <summary>Wants file permissions.</summary>
    public static void RequireMode(int? mode, FieldPath path, string field, FieldErrors errors)
    {
        if (mode is < 0 or > 0x1ff)
        {
            errors.Add(FieldError.Invalid(path.Child(field), (long)mode.Value, "must be a number between 0 and 0777 (octal), both inclusive"));
        }
    }
}
