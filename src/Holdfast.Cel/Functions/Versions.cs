using System.Globalization;

namespace Holdfast.Cel.Functions;

/// <summary>Kubernetes' functions of semantic versions.</summary>
internal static class Versions
{
    private static readonly CelType V = CelType.Semver;

    public static CelLibrary Library { get; } = new CelLibrary()
        .Global("semver", V, [CelType.String], (_, a) => Read(Text(a[0])))
        .Global("semver", V, [CelType.String, CelType.Bool], (_, a) => Read(Text(a[0]), ((CelBool)a[1]).Value))
        .Global("isSemver", CelType.Bool, [CelType.String], (_, a) => CelBool.Of(Read(Text(a[0])) is CelSemver))
        .Global("isSemver", CelType.Bool, [CelType.String, CelType.Bool], (_, a) => CelBool.Of(Read(Text(a[0]), ((CelBool)a[1]).Value) is CelSemver))
        .Member("major", CelType.Int, [V], (_, a) => new CelInt((long)Of(a[0]).Major))
        .Member("minor", CelType.Int, [V], (_, a) => new CelInt((long)Of(a[0]).Minor))
        .Member("patch", CelType.Int, [V], (_, a) => new CelInt((long)Of(a[0]).Patch))
        .Member("isGreaterThan", CelType.Bool, [V, V], (_, a) => CelBool.Of(Of(a[0]).Compare(Of(a[1])) > 0))
        .Member("isLessThan", CelType.Bool, [V, V], (_, a) => CelBool.Of(Of(a[0]).Compare(Of(a[1])) < 0))
        .Member("compareTo", CelType.Int, [V, V], (_, a) => new CelInt(Of(a[0]).Compare(Of(a[1]))));

    private static CelValue Read(string text, bool isTolerant = false)
    {
        if (isTolerant && Normalized(text) is { } normalized)
            text = normalized;
        else if (isTolerant)
            return CelError.Of("short version cannot contain PreRelease/Build meta data");
        if (text.Length == 0)
            return CelError.Of("Version string empty");
        var parts = text.Split('.', 3);
        if (parts.Length < 3)
            return CelError.Of("No Major.Minor.Patch elements found");
        var (core, build) = Cut(parts[2], '+');
        var (patch, before) = Cut(core, '-');
        var problem = NumberProblem("Major", parts[0]) ?? NumberProblem("Minor", parts[1]) ?? NumberProblem("Patch", patch)
            ?? IdentifiersProblem("PreRelease", before, mayBeginWithZero: false) ?? IdentifiersProblem("Build meta data", build, mayBeginWithZero: true);
        return problem is not null ? CelError.Of(problem)
            : new CelSemver(Number(parts[0]), Number(parts[1]), Number(patch), before is null ? [] : [.. before.Split('.')]);
    }

    // Takes a leading v away, fills in missing numbers and drops leading zeros; null when that cannot be.
    private static string? Normalized(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3);
        for (var index = 0; index < parts.Length; index++)
        {
            if (parts[index].Length <= 1)
                continue;
            var trimmed = parts[index].TrimStart('0');
            parts[index] = trimmed.Length == 0 || !char.IsAsciiDigit(trimmed[0]) ? "0" + trimmed : trimmed;
        }
        if (parts.Length < 3 && parts[^1].AsSpan().ContainsAny('+', '-'))
            return null;
        return string.Join('.', parts.Concat(Enumerable.Repeat("0", 3 - parts.Length)));
    }

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var found ? (text[..found], text[(found + 1)..]) : (text, null);

    private static string? NumberProblem(string name, string text) =>
        text.Length == 0 || !text.All(char.IsAsciiDigit) ? $"Invalid character(s) found in {name.ToLowerInvariant()} number \"{text}\""
        : text.Length > 1 && text[0] == '0' ? $"{name} number must not contain leading zeroes \"{text}\""
        : !ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? $"strconv.ParseUint: parsing \"{text}\": value out of range"
        : null;

    private static string? IdentifiersProblem(string name, string? text, bool mayBeginWithZero)
    {
        foreach (var identifier in text?.Split('.') ?? [])
        {
            if (identifier.Length == 0)
                return name == "PreRelease" ? "prerelease is empty" : "build meta data is empty";
            if (!identifier.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
                return $"Invalid character(s) found in {(name == "PreRelease" ? "prerelease" : "build meta data")} \"{identifier}\"";
            if (!mayBeginWithZero && identifier.Length > 1 && identifier[0] == '0' && identifier.All(char.IsAsciiDigit))
                return $"Numeric PreRelease version must not contain leading zeroes \"{identifier}\"";
        }
        return null;
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static CelSemver Of(CelValue value) => (CelSemver)value;

    private static string Text(CelValue value) => ((CelString)value).Value;
}
