using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process;

/// <summary>Names that become folders.</summary>
internal static class Names
{
    private const int MaximumLength = 253;

    public static void Check(string what, string name)
    {
        bool isGood = name.Length is > 0 and <= MaximumLength && char.IsAsciiLetterOrDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_');
        if (!isGood)
        {
            throw new RuntimeException(
                RuntimeErrorKind.Invalid, $"{what} `{name}`", "it must begin with a letter or digit and have only letters, digits, `-`, `.` and `_`", "Correct it");
        }
    }
}

/// <summary>Looks at a container before anything is made of it.</summary>
internal static class SpecChecks
{
    public static void Check(ContainerSpec spec)
    {
        Names.Check("container name", spec.Id.Name);
        if (spec.Id.Attempt < 0) throw Invalid(spec, "its attempt number is negative", "Count attempts from 0");
        if (Path.IsPathRooted(spec.LogFile) || spec.LogFile.Split('/').Contains(".."))
            throw Invalid(spec, $"its log file {spec.LogFile} leaves the pod's log folder", "Give a relative path without `..`");
        foreach (EnvironmentVariable variable in spec.Environment)
        {
            if (variable.Name.Length == 0 || variable.Name.AsSpan().IndexOfAny('=', '\0') >= 0)
                throw Invalid(spec, $"the variable name `{variable.Name}` is empty or has a `=`", "Rename the variable");
        }

        IEnumerable<string> texts = spec.Environment.Select(variable => variable.Value)
            .Concat(spec.Command ?? []).Concat(spec.Arguments ?? []).Append(spec.WorkingDirectory ?? "/");
        if (texts.Any(text => text.Contains('\0', StringComparison.Ordinal)))
            throw Invalid(spec, "a word of its command, environment or working directory has a NUL character", "Remove it");
        if (spec.WorkingDirectory is { } folder && !folder.StartsWith('/'))
            throw Invalid(spec, $"its working directory {folder} is not absolute", "Begin it with `/`");
    }

    private static RuntimeException Invalid(ContainerSpec spec, string problem, string remedy) =>
        new(RuntimeErrorKind.Invalid, $"container {spec.Id}", problem, remedy);
}
