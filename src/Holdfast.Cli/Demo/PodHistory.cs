using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.Cli.Demo;

/// <summary>What happened to the set's pods, in the order in which the API server tells it.</summary>
/// <param name="client">The cluster.</param>
/// <param name="namespaceName">The namespace.</param>
/// <param name="selector">The label selector of the set's pods.</param>
internal sealed class PodHistory(KubernetesClient client, string namespaceName, string selector)
{
    private ImmutableList<PodMoment> _moments = [];
    private ImmutableDictionary<string, Pod> _pods = ImmutableDictionary<string, Pod>.Empty;

    /// <summary>All moments so far.</summary>
    internal ImmutableList<PodMoment> Moments => _moments;

    /// <summary>The pods as they are now, by name.</summary>
    internal ImmutableDictionary<string, Pod> Pods => _pods;

    internal static bool IsReady(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    /// <summary>Watches until cancelled.</summary>
    internal async Task WatchAsync(CancellationToken cancellationToken)
    {
        var query = new ListQuery { Namespace = namespaceName, LabelSelector = selector };
        var listed = await client.ListAsync<Pod>(query, cancellationToken);
        foreach (var pod in listed.Items)
        {
            Take(WatchEventType.Added, pod);
        }
        query = query with { ResourceVersion = listed.Metadata.ResourceVersion };
        await foreach (var change in client.WatchAsync<Pod>(query, cancellationToken))
        {
            if (change.Object is { } pod)
            {
                Take(change.Type, pod);
            }
        }
    }

    private void Take(WatchEventType type, Pod pod)
    {
        var name = pod.Metadata.Name;
        var before = _pods.GetValueOrDefault(name);
        var what = type == WatchEventType.Added ? PodMomentKind.Made
            : type == WatchEventType.Deleted ? PodMomentKind.Gone
            : before is { Metadata.DeletionTimestamp: null } && pod.Metadata.DeletionTimestamp is not null ? PodMomentKind.Ending
            : before is not null && !IsReady(before) && IsReady(pod) ? PodMomentKind.Ready
            : PodMomentKind.Other;
        _pods = type == WatchEventType.Deleted ? _pods.Remove(name) : _pods.SetItem(name, pod);
        if (what != PodMomentKind.Other)
        {
            var ready = _pods.Values.Where(IsReady).Select(other => other.Metadata.Name).ToImmutableSortedSet(StringComparer.Ordinal);
            _moments = _moments.Add(new(what, name, pod.Metadata.Uid, ready, [.. _pods.Keys.Order(StringComparer.Ordinal)]));
        }
    }
}

/// <summary>What can happen to a pod.</summary>
internal enum PodMomentKind
{
    /// <summary>It was made.</summary>
    Made,

    /// <summary>It became ready.</summary>
    Ready,

    /// <summary>It was asked to end.</summary>
    Ending,

    /// <summary>It is gone.</summary>
    Gone,

    /// <summary>Something that the demo does not look at.</summary>
    Other,
}

/// <summary>One moment, with the pods that were there and ready just after it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">To which pod.</param>
/// <param name="Uid">The pod's uid.</param>
/// <param name="Ready">The ready pods, by name.</param>
/// <param name="There">All pods, by name.</param>
internal sealed record PodMoment(
    PodMomentKind Kind, string Name, string Uid, ImmutableSortedSet<string> Ready, ImmutableArray<string> There);
