using Holdfast.Model.Resources;

namespace Holdfast.Client.Caching;

/// <summary>One object came (no old one), changed, or went (no new one). The objects are the cache's own, shared and immutable.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Old">As it was; null when it came.</param>
/// <param name="New">As it is; null when it went.</param>
public readonly record struct CacheChange<T>(T? Old, T? New) where T : class, IResource<T>
{
    /// <summary>The object as it is, or as it last was.</summary>
    public T Latest => New ?? Old ?? throw new InvalidOperationException("a change has an old object, a new one, or both");

    /// <summary>Whether another object of the same name took the place of the old one.</summary>
    public bool IsReplacement => Old is not null && New is not null && Old.Metadata.Uid != New.Metadata.Uid;
}
