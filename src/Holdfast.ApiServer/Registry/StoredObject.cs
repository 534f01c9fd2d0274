using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Gives the typed object of an entry; it is decoded at most once and then shared by all readers.</summary>
public static class StoredObject
{
    /// <summary>The typed object.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="served">The kind of the entry's collection.</param>
    public static IResource Of(Entry entry, ServedResource served) =>
        (IResource)(entry.Decoded ?? entry.PublishDecoded(served.Codec.Read(entry.Json.Span, new DecodeIssues())));
}
