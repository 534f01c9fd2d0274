using Holdfast.Client;

namespace Holdfast.Simulator.Checkers;

/// <summary>What one open watch has told so far, for A4 and A5.</summary>
/// <param name="witness">Checks it.</param>
/// <param name="watcher">Whose watch it is.</param>
/// <param name="resource">The collection.</param>
/// <param name="query">From where it was opened, and what it leaves out.</param>
public sealed class WatchedStream(Witness witness, string watcher, string resource, ListQuery query)
{
    private readonly bool _isWhole = query is { Namespace.Length: 0, FieldSelector.Length: 0, LabelSelector.Length: 0 };
    private ulong _last = Revision.OrZero(query.ResourceVersion);

    /// <summary>An event was told.</summary>
    /// <param name="resourceVersion">Its revision.</param>
    /// <param name="type">What it was.</param>
    public void Saw(string resourceVersion, WatchEventType type)
    {
        if (!Revision.TryParse(resourceVersion, out var revision))
            return;
        witness.Streamed(watcher, resource, _last, revision, _isWhole && type != WatchEventType.Bookmark);
        _last = revision;
    }
}
