namespace Holdfast.Node.Runtime;

/// <summary>How image references are compared.</summary>
public static class ImageReference
{
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

    private static string WithoutPrefix(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
}
