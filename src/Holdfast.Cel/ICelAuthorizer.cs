namespace Holdfast.Cel;

/// <summary>
/// Says what somebody may do. Whoever evaluates an expression gives it with the value of <c>authorizer</c>
/// (<see cref="CelAuthorizer"/>); this project knows of no users or roles itself.
/// </summary>
public interface ICelAuthorizer
{
    /// <summary>Decides whether something is allowed.</summary>
    /// <param name="access">What is asked.</param>
    CelDecision Decide(CelAccess access);

    /// <summary>The same for a service account.</summary>
    /// <param name="namespaceName">The account's namespace, a DNS label.</param>
    /// <param name="name">The account's name, a DNS subdomain.</param>
    ICelAuthorizer OfServiceAccount(string namespaceName, string name);
}

/// <summary>What an expression asks about: something to be done to a resource, or with a path that is none.</summary>
public sealed record CelAccess
{
    /// <summary>What is done: a verb of the API, or of HTTP for a path.</summary>
    public string Verb { get; init; } = "";

    /// <summary>The path; empty when a resource is meant.</summary>
    public string Path { get; init; } = "";

    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The plural of the resource; empty when a path is meant.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The sub-resource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The namespace; empty for the whole cluster.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object's name; empty for any.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which objects are asked for, by their fields; empty for all.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>Which objects are asked for, by their labels; empty for all.</summary>
    public string LabelSelector { get; init; } = "";
}
