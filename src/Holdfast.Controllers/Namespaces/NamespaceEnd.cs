using Holdfast.Client;

namespace Holdfast.Controllers.Namespaces;

/// <summary>Tells refusals that come from a namespace's end from other ones.</summary>
public static class NamespaceEnd
{
    /// <summary>Whether the server refused because the namespace is being terminated, or is gone: nothing can be made in it any more.</summary>
    /// <param name="error">The refusal.</param>
    public static bool IsNamespaceEnding(this ApiException error)
    {
        if (error.IsNotFound && error.Status.Details is { Kind: "namespaces" })
        {
            return true;
        }
        foreach (var cause in error.Status.Details?.Causes ?? [])
        {
            if (cause.Reason == "NamespaceTerminating")
            {
                return true;
            }
        }
        return false;
    }
}
