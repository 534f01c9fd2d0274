using System.Text.RegularExpressions;

namespace Holdfast.Node.Runtime;

/// <summary>How image references are compared.</summary>
public static partial class ImageReference
{
    private const int LongestName = 255;


    /// <summary>
    /// The one form of a reference: without the default registry, with a tag (<c>latest</c> unless it has a tag or
    /// digest). <c>docker.io/library/nginx</c> becomes <c>nginx:latest</c>.
    /// </summary>
    public static string Normalize(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        string normal = WithoutPrefix(WithoutPrefix(reference.Trim(), "docker.io/"), "library/");
        if (normal.Contains('@', StringComparison.Ordinal)) return normal;
        // A colon before the last slash belongs to a registry's port, not to a tag.
        int lastSlash = normal.LastIndexOf('/');
        return normal.IndexOf(':', lastSlash + 1) >= 0 ? normal : normal + ":latest";
    }

    /// <summary>Whether a reference has the form that registries and pods give: <c>[HOST[:PORT]/]PATH[:TAG][@DIGEST]</c>.</summary>
    /// <param name="reference">The reference.</param>
    public static bool IsValid(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Length <= LongestName + 1 + 128 + 1 + 135 && Form.IsMatch(reference);
    }

    // As the distribution specification's reference grammar has it.
    [GeneratedRegex(
        @"^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,128})?$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Form { get; }

    private static string WithoutPrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
}
