using System.Text;
using System.Text.RegularExpressions;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Patching;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Refuses what a patch has made of an object, as Kubernetes does: JSON and merge patches are told with the whole object; a strategic
/// merge patch with itself alone, in the words in which a map, and no JSON, is turned into an object.
/// </summary>
/// <param name="form">The form of the patch.</param>
/// <param name="patch">The patch.</param>
internal sealed partial class PatchRefusal(PatchForm form, ReadOnlyMemory<byte> patch)
{
    private const int MaximumShown = 1024;

    /// <summary>The refusal.</summary>
    /// <param name="patched">The patched object.</param>
    /// <param name="problem">What is wrong with it, as with an object that is read as JSON.</param>
    public ApiException Because(ReadOnlySpan<byte> patched, string problem)
    {
        var isStrategic = form == PatchForm.Strategic;
        var shown = isStrategic ? Start(StrategicMergePatch.Show(patch)) : Encoding.UTF8.GetString(patched[..Math.Min(patched.Length, MaximumShown)]);
        return ApiErrors.Invalid("", "", "", [FieldError.Invalid(FieldPath.Root("patch"), shown, isStrategic ? OfMap(problem) : problem)]);
    }

    private static string Start(string text) => text[..Math.Min(text.Length, MaximumShown)];

    private static string OfMap(string problem)
    {
        if (OfField().Match(problem) is not { Success: true } match)
            return problem;
        var (found, number, expected) = (match.Groups["found"].Value, match.Groups["number"].Value, match.Groups["type"].Value);
        var kind = found switch
        {
            "number" => number.AsSpan().ContainsAny(".eE") ? "float64" : "int64",
            "object" => "map",
            "array" => "slice",
            _ => found,
        };
        return expected switch
        {
            _ when expected.StartsWith("[]", StringComparison.Ordinal) => $"cannot restore slice from {kind}",
            _ when expected.StartsWith("map[", StringComparison.Ordinal) => $"cannot restore map from {kind}",
            _ when expected.Contains('.', StringComparison.Ordinal) => $"cannot restore struct from: {kind}",
            "string" or "int32" or "int64" when kind is "int64" or "float64" && (expected, kind) != ("string", "float64") => $"cannot convert {kind} to {expected}",
            _ => $"unrecognized type: {expected}",
        };
    }

    [GeneratedRegex(@"^json: cannot unmarshal (?<found>\w+)( (?<number>\S+))? into Go struct field \S+ of type (?<type>.+)$")]
    private static partial Regex OfField();
}
