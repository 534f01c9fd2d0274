using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Stands between the objects that a kind serves and those that its collection holds, where they are not the same: the
/// collection is then shared with other versions, or with the same objects in another group.
/// </summary>
public interface IStoredForms
{
    /// <summary>An object as it is to be stored.</summary>
    /// <param name="resource">The object as it is served.</param>
    IResource ToStored(IResource resource);

    /// <summary>A stored object as it is served.</summary>
    /// <param name="entry">The stored object.</param>
    StoredForm Show(Entry entry);

    /// <summary>Whether an object is stored as it would be stored now, so that a write that changes nothing needs no commit.</summary>
    /// <param name="entry">The stored object.</param>
    bool IsStoredAsNow(Entry entry);
}

/// <summary>A stored object in both its forms, as it is served.</summary>
/// <param name="Object">The object.</param>
/// <param name="Json">Its JSON.</param>
public readonly record struct StoredForm(IResource Object, ReadOnlyMemory<byte> Json);
