using System.Collections.Immutable;

namespace Holdfast.Model.Resources;

/// <summary>The names under which objects of one kind are served.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version, such as <c>v1</c>.</param>
/// <param name="Kind">The kind, such as <c>StatefulSet</c>.</param>
/// <param name="Plural">The resource's name in paths, such as <c>statefulsets</c>.</param>
/// <param name="IsNamespaced">Whether its objects live in namespaces.</param>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural, bool IsNamespaced)
{
    /// <summary>Short names, such as <c>sts</c>.</summary>
    public ImmutableArray<string> ShortNames { get; init; } = [];

    /// <summary>Categories, such as <c>all</c>.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    /// <summary>The name of one, such as <c>statefulset</c>.</summary>
    public string Singular { get; init; } = Kind.ToLowerInvariant();

    /// <summary>The kind of lists, such as <c>StatefulSetList</c>.</summary>
    public string ListKind { get; init; } = Kind + "List";

    /// <summary>Group and version as objects carry them, such as <c>apps/v1</c> or <c>v1</c>.</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Plural and group, such as <c>statefulsets.apps</c> or <c>pods</c>.</summary>
    public string GroupResource { get; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <inheritdoc/>
    public override string ToString() => $"{GroupResource}/{Version}";

    /// <inheritdoc/>
    public bool Equals(ResourceType? other) =>
        other is not null && Group == other.Group && Version == other.Version && Kind == other.Kind && Plural == other.Plural;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Group, Version, Plural);
}
