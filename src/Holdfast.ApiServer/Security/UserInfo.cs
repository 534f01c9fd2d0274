using System.Collections.Immutable;

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

    /// <summary>The user's unique id; empty for most.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Nobody we know.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>A part of Holdfast itself, such as <c>kube-controller-manager</c>.</summary>
    /// <param name="name">The part's name, without the prefix <c>system:</c>.</param>
    public static UserInfo Component(string name) => new("system:" + name, ["system:components", Authenticated]);

    /// <summary>The agent of a node.</summary>
    /// <param name="nodeName">The node's name.</param>
    public static UserInfo Node(string nodeName) => new("system:node:" + nodeName, ["system:nodes", Authenticated]);

    /// <summary>The administrator whose credentials the server writes out.</summary>
    public static UserInfo Administrator { get; } = new("kubernetes-admin", [Masters, Authenticated]);

    /// <summary>Whether the user is in a group.</summary>
    /// <param name="group">The group.</param>
    public bool IsIn(string group) => Groups.Contains(group);
}
