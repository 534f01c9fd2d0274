using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// What is placed on each node, kept up pod by pod, so that choosing a node costs the same however many pods there are.
/// Not safe for several threads: the cache's changes and the one scheduling worker take turns under <see cref="Gate"/>.
/// </summary>
internal sealed class NodeLedger
{
    private readonly Dictionary<string, Placement> _placements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodRequests> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Owner, string Node), int> _siblings = [];
    private readonly PlacedPods _pods = new();
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);

    internal Lock Gate { get; } = new();

    /// <summary>Takes a pod as the cache shows it now; null for one that is gone. What is assumed of it stays until the cache shows a node or its end.</summary>
    internal void Set(string uid, Pod? pod)
    {
        lock (Gate)
        {
            var isBehind = pod is not null && pod.Spec.NodeName.Length == 0 && !pod.IsFinished() && _assumed.Contains(uid);
            if (!isBehind)
            {
                Replace(uid, pod);
            }
        }
    }

    /// <summary>Takes a pod as placed whose binding is on its way, or whose volumes are.</summary>
    internal void Assume(string uid, Pod placed)
    {
        lock (Gate)
        {
            Replace(uid, placed);
            _assumed.Add(uid);
        }
    }

    /// <summary>Takes back what was assumed: the binding was not made, or nobody knows.</summary>
    internal void Forget(string uid, Pod? shown)
    {
        lock (Gate)
        {
            Replace(uid, shown);
        }
    }

    /// <summary>The load of each node, as it concerns a pod.</summary>
    internal ImmutableArray<NodeLoad> Loads(IEnumerable<Node> nodes, Pod pod)
    {
        var owner = pod.Metadata.Controller()?.Uid ?? "";
        lock (Gate)
        {
            return [.. nodes.Select(node => new NodeLoad(
                node, _used.GetValueOrDefault(node.Metadata.Name), _siblings.GetValueOrDefault((owner, node.Metadata.Name))))];
        }
    }

    /// <summary>The placed pods of whom a pod's rules speak, or whose rules may speak of it; those placed a moment ago included.</summary>
    internal ImmutableArray<Pod> Concerning(Pod pod, Func<LabelSelector, IEnumerable<string>> namespaces)
    {
        lock (Gate)
        {
            return _pods.Concerning(pod, namespaces);
        }
    }

    private void Replace(string uid, Pod? pod)
    {
        _assumed.Remove(uid);
        Remove(uid);
        if (pod is not null && pod.Spec.NodeName.Length > 0 && !pod.IsFinished())
        {
            Add(uid, pod);
        }
    }

    private void Add(string uid, Pod pod)
    {
        var placement = new Placement(pod.Spec.NodeName, PodRequests.Of(pod), pod.Metadata.Controller()?.Uid ?? "");
        _placements[uid] = placement;
        Count(placement, placement.Requests, 1);
        _pods.Add(uid, pod);
    }

    private void Remove(string uid)
    {
        if (_placements.Remove(uid, out var placement))
        {
            Count(placement, default(PodRequests) - placement.Requests, -1);
            _pods.Remove(uid);
        }
    }

    private void Count(Placement placement, PodRequests requests, int siblings)
    {
        _used[placement.Node] = _used.GetValueOrDefault(placement.Node) + requests;
        if (placement.Owner.Length > 0)
        {
            var key = (placement.Owner, placement.Node);
            var count = _siblings.GetValueOrDefault(key) + siblings;
            if (count == 0)
            {
                _siblings.Remove(key);
            }
            else
            {
                _siblings[key] = count;
            }
        }
    }

    private sealed record Placement(string Node, PodRequests Requests, string Owner);
}
