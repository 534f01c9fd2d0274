namespace Holdfast.ApiServer.Security;

/// <summary>Says whether a user may do something.</summary>
public interface IAuthorizer
{
    /// <summary>Decides one request.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="action">What is asked.</param>
    Verdict Decide(UserInfo user, Access action);

    /// <summary>The rules by which a user may do what he may.</summary>
    /// <param name="user">The user.</param>
    /// <param name="namespaceName">The namespace; empty for the whole cluster.</param>
    IReadOnlyList<Model.Rbac.PolicyRule> RulesOf(UserInfo user, string namespaceName);
}

/// <summary>A decision, and why.</summary>
/// <param name="IsAllowed">Whether it is allowed.</param>
/// <param name="Reason">Why, in words; may be empty.</param>
public sealed record Verdict(bool IsAllowed, string Reason = "");

/// <summary>What somebody wants to do: either to a resource or with a path that is none.</summary>
/// <param name="Verb">The verb, such as <c>get</c>, <c>list</c> or <c>deletecollection</c>.</param>
/// <param name="Path">The path, for requests that name no resource; otherwise empty.</param>
public sealed record Access(string Verb, string Path)
{
    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The plural of the resource; empty for requests that name none.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The sub-resource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The namespace; empty for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The name; empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which objects of a collection are asked for, by their fields; empty for all.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>Whether a resource is meant.</summary>
    public bool IsResource => Resource.Length > 0;

    /// <summary>An action on a resource.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="group">The API group.</param>
    /// <param name="resource">The plural.</param>
    public static Access ToResource(string verb, string group, string resource) => new(verb, "") { Group = group, Resource = resource };

    /// <summary>The same for those of a collection that a field selector matches; one that asks for a name asks for that object.</summary>
    /// <param name="fieldSelector">The selector; empty for all.</param>
    public Access Selecting(string fieldSelector)
    {
        if (fieldSelector.Length == 0)
            return this;
        var name = Name.Length == 0 && Model.Selectors.FieldSelector.TryParse(fieldSelector, out var parsed, out _) ? parsed.RequiredValue("metadata.name") : null;
        return this with { FieldSelector = fieldSelector, Name = name ?? Name };
    }

    /// <summary>What is refused, as Kubernetes words it: <c>User "bob" cannot list resource "pods" in API group "" in the namespace "x"</c>.</summary>
    /// <param name="user">Who asked.</param>
    public string Refusal(UserInfo user)
    {
        if (!IsResource)
            return $"User \"{user.Name}\" cannot {Verb} path \"{Path}\"";
        var resource = Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";
        var scope = Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{Namespace}\"";
        return $"User \"{user.Name}\" cannot {Verb} resource \"{resource}\" in API group \"{Group}\" {scope}";
    }
}
