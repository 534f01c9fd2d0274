using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>What a cache must show before a key may be reconciled again.</summary>
public abstract record WriteFloor
{
    private WriteFloor()
    {
    }

    /// <summary>Everything up to a revision: an object was written at it.</summary>
    /// <param name="Type">The kind written.</param>
    /// <param name="Key">The object written.</param>
    /// <param name="Revision">The revision.</param>
    public sealed record Reached(ResourceType Type, ResourceKey Key, ulong Revision) : WriteFloor;

    /// <summary>That the object of this uid is gone or terminating: it was deleted.</summary>
    /// <param name="Type">The kind deleted.</param>
    /// <param name="Key">The object deleted.</param>
    /// <param name="Uid">Its uid; empty when it was not known, and then any object of that name counts as the deleted one.</param>
    public sealed record Deleted(ResourceType Type, ResourceKey Key, string Uid) : WriteFloor
    {
        /// <summary>Whether what a cache has under the key satisfies the floor.</summary>
        /// <param name="resource">What the cache has, or null.</param>
        public bool IsSatisfiedBy(IResource? resource) =>
            resource is null || resource.Metadata.DeletionTimestamp is not null || (Uid.Length > 0 && resource.Metadata.Uid != Uid);
    }

    /// <summary>Whatever became of a request without an answer: it has to be asked for first.</summary>
    /// <param name="Call">The request.</param>
    public sealed record Unknown(ApiCall Call) : WriteFloor;
}
