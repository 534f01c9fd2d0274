using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Keeps book of who owns which field: the one step of every write that touches <c>metadata.managedFields</c>. Ownership
/// is not tracked yet, so nothing that a client sends there is believed or kept.
/// </summary>
public static class FieldManagement
{
    /// <summary>The object with its book kept, before it is validated.</summary>
    /// <param name="updated">The object as it is to be stored.</param>
    /// <param name="old">The stored object; null when it is new.</param>
    /// <param name="subresource">The sub-resource that is written; empty for the object itself.</param>
    /// <param name="context">Who writes.</param>
    public static IResource Keep(IResource updated, IResource? old, string subresource, WriteContext context)
    {
        ArgumentNullException.ThrowIfNull(updated);
        return updated.Metadata.ManagedFields.IsEmpty
            ? updated
            : updated.WithMetadata(updated.Metadata with { ManagedFields = default });
    }
}
