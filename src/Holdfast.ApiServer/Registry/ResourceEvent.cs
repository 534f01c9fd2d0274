using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>One event of a watch; its bytes are those of the store's entry, shared by all watchers.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Revision">The revision up to which the watcher has now seen everything.</param>
public sealed record ResourceEvent(WatchEventType Type, long Revision)
{
    private Entry? Source { get; init; }

    private ServedResource? Served { get; init; }

    /// <summary>An event about an object.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="entry">The object as it is shown.</param>
    /// <param name="revision">The revision of the change.</param>
    /// <param name="served">The object's kind.</param>
    public static ResourceEvent Of(WatchEventType type, Entry entry, long revision, ServedResource served) =>
        new(type, revision) { Source = entry, Served = served };

    /// <summary>Whether this bookmark ends the initial events.</summary>
    public bool IsInitialEventsEnd { get; init; }

    /// <summary>The revision as text.</summary>
    public string ResourceVersion => Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>The object's JSON; empty for bookmarks.</summary>
    public ReadOnlyMemory<byte> Json
    {
        get
        {
            if (Source is null)
                return default;
            var json = StoredObject.Form(Source, Served!).Json;
            // What ceased to match is shown as it was, at the revision of the change that took it away.
            return Source.Revision == Revision || Type != WatchEventType.Deleted
                ? json
                : ResourceVersionJson.Splice(json.Span, ResourceVersionJson.Find(json.Span), ResourceVersion);
        }
    }

    /// <summary>The object, typed; null for bookmarks.</summary>
    /// <param name="served">Its kind.</param>
    public IResource? Object(ServedResource served)
    {
        if (Source is null)
            return null;
        var resource = StoredObject.Of(Source, served);
        return Source.Revision == Revision || Type != WatchEventType.Deleted
            ? resource
            : resource.WithMetadata(resource.Metadata with { ResourceVersion = ResourceVersion });
    }
}
