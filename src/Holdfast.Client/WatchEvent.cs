using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client;

/// <summary>What a watch tells.</summary>
public enum WatchEventType
{
    /// <summary>An object came, or came to match the selectors.</summary>
    Added,

    /// <summary>An object changed.</summary>
    Modified,

    /// <summary>An object went, or ceased to match the selectors; it is given as it last was.</summary>
    Deleted,

    /// <summary>Nothing happened up to this revision.</summary>
    Bookmark,

    /// <summary>The watch ends; <see cref="WatchEvent{T}.Status"/> says why.</summary>
    Error,
}

/// <summary>One event of a watch.</summary>
/// <typeparam name="T">The kind of object.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object; null for bookmarks and errors.</param>
/// <param name="ResourceVersion">The revision up to which the watcher has now seen everything; resume from here.</param>
public sealed record WatchEvent<T>(WatchEventType Type, T? Object, string ResourceVersion) where T : class, IResource<T>
{
    /// <summary>Why the watch ended, for an <see cref="WatchEventType.Error"/>.</summary>
    public Status? Status { get; init; }

    /// <summary>Whether this bookmark ends the initial events.</summary>
    public bool IsInitialEventsEnd { get; init; }
}
