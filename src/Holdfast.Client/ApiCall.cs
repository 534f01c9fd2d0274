using Holdfast.Client.LeaderElection;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client;

/// <summary>What is asked of an object or a collection.</summary>
public enum ApiVerb
{
    /// <summary>Read one object.</summary>
    Get,

    /// <summary>Make an object, or post to a sub-resource such as <c>binding</c> or <c>eviction</c>.</summary>
    Create,

    /// <summary>Replace an object.</summary>
    Update,

    /// <summary>Change an object by a patch.</summary>
    Patch,

    /// <summary>Delete an object.</summary>
    Delete,
}

/// <summary>The form of a patch, by its media type.</summary>
public enum PatchForm
{
    /// <summary>RFC 6902, <c>application/json-patch+json</c>.</summary>
    Json,

    /// <summary>RFC 7386, <c>application/merge-patch+json</c>.</summary>
    Merge,

    /// <summary>Kubernetes' strategic merge, <c>application/strategic-merge-patch+json</c>.</summary>
    Strategic,

    /// <summary>Server-side apply, <c>application/apply-patch+yaml</c>.</summary>
    Apply,
}

/// <summary>One request for one object, as data: the same in process and over HTTP.</summary>
/// <param name="Verb">What is asked.</param>
/// <param name="Type">The kind of object.</param>
/// <param name="Namespace">The namespace; empty for cluster-scoped kinds.</param>
/// <param name="Name">The name; empty when creating.</param>
public sealed record ApiCall(ApiVerb Verb, ResourceType Type, string Namespace, string Name)
{
    /// <summary>The sub-resource, such as <c>status</c>; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The object sent with a create or an update.</summary>
    public IResource? Body { get; init; }

    /// <summary>The patch's form.</summary>
    public PatchForm PatchForm { get; init; }

    /// <summary>The patch's text.</summary>
    public ReadOnlyMemory<byte> Patch { get; init; }

    /// <summary>How to delete.</summary>
    public DeleteOptions? DeleteOptions { get; init; }

    /// <summary>Only say what would happen.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Take fields over from other managers when applying.</summary>
    public bool Force { get; init; }

    /// <summary>The leadership that the write depends on; null when it depends on none.</summary>
    public Fence? Fence { get; init; }

    /// <summary>Who writes, for <c>metadata.managedFields</c>.</summary>
    public string FieldManager { get; init; } = "holdfast";

    /// <summary>Which part of the writer asks, where several write under one name; the server does not learn it.</summary>
    public string Component { get; init; } = "";
}

/// <summary>Which objects of a collection are asked for.</summary>
public sealed record ListQuery
{
    /// <summary>The kind, for <see cref="CustomObject"/>, which is none in particular; null for the kind of the type argument.</summary>
    public ResourceType? Type { get; init; }

    /// <summary>The kind that is asked for.</summary>
    /// <typeparam name="T">The type argument of the question.</typeparam>
    public ResourceType TypeOf<T>() where T : class, IResource<T> => Type ?? T.ResourceType;

    /// <summary>The namespace; empty for all of them, or for a cluster-scoped kind.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>A label selector, such as <c>app=web,tier in (a,b)</c>; empty for all.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>A field selector, such as <c>spec.nodeName=node-1</c>; empty for all.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>At most so many objects; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Where the last page ended.</summary>
    public string Continue { get; init; } = "";

    /// <summary>For a list: not older than this (or exactly, by the match rule); for a watch: events after this. Empty for the newest.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>Whether a watch begins with the objects that are there, then a bookmark, and only then events.</summary>
    public bool SendInitialEvents { get; init; }
}
