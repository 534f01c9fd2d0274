using System.Text.Json;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Keeps book of who owns which field: the one step of every write that touches <c>metadata.managedFields</c>. It comes
/// before admission, so that a writer owns what it has sent and its defaults, but not what the server adds.
/// </summary>
public static class FieldManagement
{
    private const string Status = "f:status";
    private const string UnknownManager = "unknown";

    /// <summary>A new object with its book begun.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="created">The object as it was sent, with its defaults.</param>
    /// <param name="context">Who writes.</param>
    /// <param name="now">The time.</param>
    public static IResource Begin(ServedResource served, IResource created, WriteContext context, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(created);
        var sent = created.Metadata.ManagedFields;
        var book = OwnershipBook.IsReset(sent) ? OwnershipBook.Empty : OwnershipBook.OpenSent(EventBooks.Told(served, sent)) ?? OwnershipBook.Empty;
        var fields = NewFields.Of(WithoutBook(created), served.Codec.Schema);
        if (served.Has("status"))
            fields = fields.Without(IsStatus);
        var begun = book.AfterUpdate(new FieldChanges(fields, FieldSet.Empty, FieldSet.Empty), Writer(served, "", context, now));
        return WithBook(created, EventBooks.Stored(served, begun.ToManagedFields()));
    }

    /// <summary>A changed object with its book kept. An object that nobody owns anything of stays so, until somebody applies to it.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="updated">The object as it is to be stored.</param>
    /// <param name="old">The stored object.</param>
    /// <param name="subresource">The sub-resource that is written; empty for the object itself.</param>
    /// <param name="context">Who writes.</param>
    /// <param name="now">The time.</param>
    public static IResource Keep(
        ServedResource served, IResource updated, StoredState old, string subresource, WriteContext context, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(updated);
        ArgumentNullException.ThrowIfNull(old);
        var (sent, stored) = (updated.Metadata.ManagedFields, old.Object.Metadata.ManagedFields);
        if (subresource.Length > 0 || sent.IsEmpty || sent == stored)
        {
            updated = WithBook(updated, stored);
            return stored.IsEmpty || updated.Equals(old.Object)
                ? updated
                : Keep(served, updated, old, OwnershipBook.Open(EventBooks.Told(served, stored)), Writer(served, subresource, context, now));
        }
        if (OwnershipBook.IsReset(sent))
            return WithBook(updated, default);
        var book = OwnershipBook.OpenSent(EventBooks.Told(served, sent)) is { IsEmpty: false } given ? given : OwnershipBook.Open(EventBooks.Told(served, stored));
        return book.IsEmpty ? WithBook(updated, default) : Keep(served, updated, old, book, Writer(served, subresource, context, now));
    }

    /// <summary>The stored object, when what is to be stored differs from it in nothing but the times of its book.</summary>
    /// <param name="updated">The object as it is to be stored.</param>
    /// <param name="old">The stored object.</param>
    public static IResource Settle(IResource updated, IResource old)
    {
        ArgumentNullException.ThrowIfNull(updated);
        ArgumentNullException.ThrowIfNull(old);
        var (book, stored) = (updated.Metadata.ManagedFields, old.Metadata.ManagedFields);
        return book != stored && OwnershipBook.IsSameButTimes(book, stored) && WithBook(updated, stored).Equals(old) ? old : updated;
    }

    internal static bool IsStatus(string element) => element == Status;

    internal static FieldWriter Writer(ServedResource served, string subresource, WriteContext context, DateTimeOffset now) =>
        new(context.FieldManager.Length > 0 ? context.FieldManager : UnknownManager, served.Type.ApiVersion, subresource, now);

    internal static IResource WithBook(IResource resource, ValueList<ManagedFieldsEntry> book) =>
        resource.Metadata.ManagedFields == book ? resource : resource.WithMetadata(resource.Metadata with { ManagedFields = book });

    internal static byte[] WithoutBook(IResource resource) => ModelJson.ToBytes(WithBook(resource, default).Write);

    private static IResource Keep(ServedResource served, IResource updated, StoredState old, OwnershipBook book, FieldWriter writer)
    {
        using var before = JsonDocument.Parse(old.Json, JsonInput.DocumentOptions);
        using var after = JsonDocument.Parse(WithoutBook(updated), JsonInput.DocumentOptions);
        var changes = FieldChanges.Between(before.RootElement, after.RootElement, served.Codec.Schema);
        return WithBook(updated, EventBooks.Stored(served, book.AfterUpdate(changes, writer).ToManagedFields()));
    }
}

/// <summary>An object as it is stored, in both its forms.</summary>
/// <param name="Object">The typed object.</param>
/// <param name="Json">Its JSON.</param>
public sealed record StoredState(IResource Object, ReadOnlyMemory<byte> Json);
