using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>What a write has left.</summary>
/// <param name="Object">The object.</param>
/// <param name="Entry">The object as it is stored, with the bytes to answer with; null when nothing was stored, as in a dry run.</param>
public sealed record WrittenObject(IResource Object, Entry? Entry)
{
    /// <summary>What was stored.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of its collection.</param>
    public static WrittenObject Of(Entry entry, ServedResource served) => new(StoredObject.Of(entry, served), entry);
}

/// <summary>Gives the typed object of an entry; it is decoded at most once and then shared by all readers.</summary>
public static class StoredObject
{
    /// <summary>The typed object.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of the entry's collection.</param>
    public static IResource Of(Entry entry, ServedResource served) =>
        (IResource)(entry.Decoded ?? entry.PublishDecoded(served.Codec.Read(entry.Json.Span, new DecodeIssues())));
}
