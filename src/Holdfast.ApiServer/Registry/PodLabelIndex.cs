using System.Diagnostics.CodeAnalysis;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Finds the pods that a selector selects without a look at every pod of their namespace. It is made at the first question and kept up by the
/// store's own history, so that a question costs what has changed since the last one and what is found.
/// </summary>
/// <remarks>
/// What it answers is exact at the view's revision: where it cannot be, because pods changed after the view, or before the history that is kept, the
/// view is read from end to end.
/// </remarks>
/// <param name="store">The store.</param>
internal sealed class PodLabelIndex(ResourceStore store)
{
    private static readonly string Pods = Pod.ResourceType.GroupResource;

    // Questions come from several requests at once; held for moments, never over an await.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _names = new(StringComparer.Ordinal);
    private StoreWatcher? _changes;
    private long _lastChange;

    /// <summary>How many pods it looked at to answer.</summary>
    public long PodsRead { get; private set; }

    /// <summary>The pods of a namespace that a selector selects, in no order.</summary>
    /// <param name="view">The cluster.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="selector">The selector.</param>
    public IReadOnlyList<Pod> Selected(ClusterView view, string namespaceName, LabelMatcher selector)
    {
        var found = LabelPlaces.OfSelector(namespaceName, selector).ToList() is { Count: > 0 } places && Names(view, places) is { } names
            ? names.Select(name => view.Find<Pod>(namespaceName, name)).OfType<Pod>()
            : view.List<Pod>(namespaceName);
        var pods = found.ToList();
        lock (_gate)
            PodsRead += pods.Count;
        pods.RemoveAll(pod => !selector.Matches(pod.Metadata.Labels));
        return pods;
    }

    /// <summary>The names at the emptiest of some places, each of which has all that is sought; null when it cannot tell as of the view.</summary>
    private string[]? Names(ClusterView view, List<string> places)
    {
        lock (_gate)
        {
            if (!TryFollow() && !TryBegin())
                return null;
            if (_lastChange > view.Revision || _changes.Position < view.Revision)
                return null;
            return [.. places.Select(place => _names.GetValueOrDefault(place) ?? []).MinBy(names => names.Count)!];
        }
    }

    [MemberNotNullWhen(true, nameof(_changes))]
    private bool TryFollow()
    {
        try
        {
            while (_changes?.TryRead(out var change) == true)
            {
                _lastChange = change.Revision;
                if (change.Previous is { } previous)
                    Unfile(previous);
                if (change.Kind == StoreEventKind.Put)
                    File(change.Current);
            }
            return _changes is not null;
        }
        catch (RevisionGoneException)
        {
            _changes = null;
            return false;
        }
    }

    /// <summary>Files all pods there are; false when the history is so short that they have changed meanwhile.</summary>
    [MemberNotNullWhen(true, nameof(_changes))]
    private bool TryBegin()
    {
        _names.Clear();
        var now = store.Snapshot();
        foreach (var entry in now.List(Pods, null))
            File(entry);
        _lastChange = now.Revision;
        try
        {
            _changes = store.Watch(Pods, null, now.Revision);
        }
        catch (RevisionGoneException)
        {
            return false;
        }
        return TryFollow();
    }

    private void File(Entry entry)
    {
        foreach (var place in Places(entry))
        {
            if (!_names.TryGetValue(place, out var names))
                _names[place] = names = new(StringComparer.Ordinal);
            names.Add(entry.Key.Name);
        }
    }

    private void Unfile(Entry entry)
    {
        foreach (var place in Places(entry))
        {
            if (_names.TryGetValue(place, out var names) && names.Remove(entry.Key.Name) && names.Count == 0)
                _names.Remove(place);
        }
    }

    private static IReadOnlyList<string> Places(Entry entry) =>
        LabelPlaces.OfLabels(entry.Key.Namespace, ClusterView.Typed<Pod>(entry).Metadata.Labels);
}
