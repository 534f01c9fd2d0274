using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>Says as Kubernetes does that an object is of another kind or version than the one that is expected.</summary>
internal static class KindMismatch
{
    private const string Scheme = "pkg/api/legacyscheme/scheme.go:30";

    /// <summary>The refusal of a body.</summary>
    /// <param name="apiVersion">Its version; empty when it names none, which stands for the one expected.</param>
    /// <param name="kind">Its kind; empty likewise.</param>
    /// <param name="expected">What is expected.</param>
    public static string Refusal(string apiVersion, string kind, ResourceType expected)
    {
        (apiVersion, kind) = (apiVersion.Length > 0 ? apiVersion : expected.ApiVersion, kind.Length > 0 ? kind : expected.Kind);
        if (apiVersion.Count(letter => letter == '/') > 1)
            return $"the object provided is unrecognized (must be of type {expected.Kind}): unexpected GroupVersion string: {apiVersion}";
        return IsSameInside(apiVersion, kind, expected)
            ? OfVersion(apiVersion, expected)
            : $"{kind} in version \"{VersionOf(apiVersion)}\" cannot be handled as a {expected.Kind}: {Words(apiVersion, kind, expected)}";
    }

    /// <summary>Why the one cannot be read as the other.</summary>
    /// <param name="apiVersion">The version that is there.</param>
    /// <param name="kind">The kind that is there.</param>
    /// <param name="expected">What is expected.</param>
    public static string Words(string apiVersion, string kind, ResourceType expected) => ResourceCatalog.Find(apiVersion, kind) is null
        ? $"no kind \"{kind}\" is registered for version \"{apiVersion}\" in scheme \"{Scheme}\""
        : $"converting ({VersionOf(apiVersion)}.{kind}) to ({PackageOf(expected)}.{expected.Kind}): unknown conversion";

    /// <summary>The refusal of an object that is read as what is expected, but written to another version.</summary>
    /// <param name="apiVersion">The version that is there.</param>
    /// <param name="expected">What is expected.</param>
    public static string OfVersion(string apiVersion, ResourceType expected) =>
        $"the API version in the data ({apiVersion}) does not match the expected API version ({expected.ApiVersion})";

    // Events are one type inside, whichever of their two groups they are written to.
    private static bool IsSameInside(string apiVersion, string kind, ResourceType expected) =>
        kind == "Event" && expected.Kind == "Event" && ResourceCatalog.Find(apiVersion, kind) is not null;

    private static string VersionOf(string apiVersion) => apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string PackageOf(ResourceType type) => type.Group is "" or "events.k8s.io" ? "core" : type.Group.Split('.')[0];
}
