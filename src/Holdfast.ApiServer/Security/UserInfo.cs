using System.Collections.Immutable;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security;

/// <summary>Who asks.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Groups">The groups the user is in.</param>
public sealed record UserInfo(string Name, ImmutableArray<string> Groups)
{
    /// <summary>The group that may do everything.</summary>
    public const string Masters = "system:masters";

    /// <summary>The group of everybody who is known.</summary>
    public const string Authenticated = "system:authenticated";

    /// <summary>The group of all nodes' agents.</summary>
    public const string Nodes = "system:nodes";

    private const string NodePrefix = "system:node:";

    /// <summary>The user's unique id; empty for most.</summary>
    public string Uid { get; init; } = "";

    /// <summary>What else is known of the user, such as the pod that a token is bound to.</summary>
    public ValueMap<ValueList<string>> Extra { get; init; }

    /// <summary>The name of the node whose agent this is; null for everybody else.</summary>
    public string? NodeName => IsIn(Nodes) && Name.StartsWith(NodePrefix, StringComparison.Ordinal) ? Name[NodePrefix.Length..] : null;

    /// <summary>Nobody we know.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>The API server itself, when it makes what every cluster begins with.</summary>
    public static UserInfo ApiServer { get; } = new("system:apiserver", [Masters, Authenticated]);

    /// <summary>A part of Holdfast itself, such as <c>kube-controller-manager</c>; it may do what roles that are bound to it allow.</summary>
    /// <param name="name">The part's name, without the prefix <c>system:</c>.</param>
    public static UserInfo Component(string name) => new("system:" + name, [Authenticated]);

    /// <summary>The agent of a node.</summary>
    /// <param name="nodeName">The node's name.</param>
    public static UserInfo Node(string nodeName) => new(NodePrefix + nodeName, [Nodes, Authenticated]);

    /// <summary>A service account.</summary>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="name">Its name.</param>
    public static UserInfo ServiceAccount(string namespaceName, string name) =>
        new($"system:serviceaccount:{namespaceName}:{name}", ["system:serviceaccounts", $"system:serviceaccounts:{namespaceName}", Authenticated]);

    /// <summary>The administrator whose credentials the server writes out.</summary>
    public static UserInfo Administrator { get; } = new("kubernetes-admin", [Masters, Authenticated]);

    /// <summary>Whether the user is in a group.</summary>
    /// <param name="group">The group.</param>
    public bool IsIn(string group) => Groups.Contains(group);
}
