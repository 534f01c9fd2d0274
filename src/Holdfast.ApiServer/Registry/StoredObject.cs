using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>What a write has left.</summary>
/// <param name="Object">The object.</param>
/// <param name="Entry">The object as it is stored, with the bytes to answer with; null when nothing was stored, as in a dry run.</param>
public sealed record WrittenObject(IResource Object, Entry? Entry)
{
    /// <summary>The stored bytes as the request's version shows them; empty when nothing was stored.</summary>
    public ReadOnlyMemory<byte> Json { get; private init; }

    /// <summary>What was stored.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of its collection.</param>
    public static WrittenObject Of(Entry entry, ServedResource served)
    {
        var form = StoredObject.Form(entry, served);
        return new(form.Object, entry) { Json = form.Json };
    }
}

/// <summary>Gives the typed object of an entry; it is decoded at most once and then shared by all readers.</summary>
public static class StoredObject
{
    /// <summary>The typed object.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of the entry's collection.</param>
    public static IResource Of(Entry entry, ServedResource served) => Form(entry, served).Object;

    /// <summary>Both forms of an entry, as its kind, or the version of its kind, shows it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of the entry's collection.</param>
    public static StoredForm Form(Entry entry, ServedResource served)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(served);
        return served.Forms is { } forms
            ? forms.Show(entry)
            : new((IResource)(entry.Decoded ?? entry.PublishDecoded(served.Codec.Read(entry.Json.Span, new DecodeIssues()))), entry.Json);
    }

    /// <summary>An object as it is to be stored.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="served">Its kind.</param>
    public static PendingObject Pending(IResource resource, ServedResource served)
    {
        ArgumentNullException.ThrowIfNull(served);
        return new PendingObject(served.Forms is { } forms ? forms.ToStored(resource) : resource);
    }
}
