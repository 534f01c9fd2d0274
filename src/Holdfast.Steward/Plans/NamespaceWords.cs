using Holdfast.Client;

namespace Holdfast.Steward.Plans;

/// <summary>Says where something was looked for that is not there: the server's own words name the object alone.</summary>
public static class NamespaceWords
{
    /// <summary>The error with the namespace in its message, when it says that an object is not there; else the error itself.</summary>
    /// <param name="error">The error.</param>
    /// <param name="namespaceName">Where it was looked for.</param>
    public static ApiException InNamespace(this ApiException error, string namespaceName)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is { IsNotFound: true, Status.Details.Name.Length: > 0 }
            ? new ApiException(error.Status with { Message = $"{error.Message} in namespace {namespaceName}" }, error)
            : error;
    }
}
