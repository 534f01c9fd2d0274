using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Core;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// The pods that are on nodes, filed by what rules of spread and affinity speak of, so that a pod is shown those that concern it and not all there are.
/// Guarded by its ledger.
/// </summary>
internal sealed class PlacedPods
{
    private readonly Dictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _byLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _byRule = new(StringComparer.Ordinal);

    internal void Add(string uid, Pod pod)
    {
        _pods[uid] = pod;
        File(_byLabel, Places(pod), uid);
        File(_byRule, RulePlaces(pod), uid);
    }

    internal void Remove(string uid)
    {
        if (_pods.Remove(uid, out var pod))
        {
            Unfile(_byLabel, Places(pod), uid);
            Unfile(_byRule, RulePlaces(pod), uid);
        }
    }

    /// <summary>Those of whom the pod's own rules speak, and those whose anti-affinity may speak of the pod.</summary>
    internal ImmutableArray<Pod> Concerning(Pod pod)
    {
        var uids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (space, selector) in Targets(pod))
        {
            uids.UnionWith(_byLabel.GetValueOrDefault(LabelPlaces.OfSelector(space, selector).FirstOrDefault() ?? LabelPlaces.Anywhere(space)) ?? []);
        }
        foreach (var place in Places(pod))
        {
            uids.UnionWith(_byRule.GetValueOrDefault(place) ?? []);
        }
        return [.. uids.Select(uid => _pods[uid])];
    }

    private static IEnumerable<string> Places(Pod pod) =>
        LabelPlaces.OfLabels(pod.Metadata.Namespace, pod.Metadata.Labels).Append(LabelPlaces.Anywhere(pod.Metadata.Namespace));

    private static IEnumerable<string> RulePlaces(Pod pod) =>
        Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default)
            .Select(target => LabelPlaces.OfSelector(target.Namespace, target.Selector).FirstOrDefault() ?? LabelPlaces.Anywhere(target.Namespace));

    private static IEnumerable<(string Namespace, LabelMatcher Selector)> Targets(Pod pod) =>
        pod.Spec.TopologySpreadConstraints.Select(constraint => (pod.Metadata.Namespace, LabelMatcher.From(constraint.LabelSelector)))
            .Concat(Of(pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default))
            .Concat(Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default));

    private static IEnumerable<(string Namespace, LabelMatcher Selector)> Of(Pod owner, IEnumerable<PodAffinityTerm> terms) =>
        from term in terms
        from space in term.Namespaces.IsEmpty ? [owner.Metadata.Namespace] : term.Namespaces.AsEnumerable()
        select (space, LabelMatcher.From(term.LabelSelector));

    private static void File(Dictionary<string, HashSet<string>> files, IEnumerable<string> places, string uid)
    {
        foreach (var place in places)
        {
            if (!files.TryGetValue(place, out var uids))
            {
                files[place] = uids = new(StringComparer.Ordinal);
            }
            uids.Add(uid);
        }
    }

    private static void Unfile(Dictionary<string, HashSet<string>> files, IEnumerable<string> places, string uid)
    {
        foreach (var place in places)
        {
            if (files.TryGetValue(place, out var uids) && uids.Remove(uid) && uids.Count == 0)
            {
                files.Remove(place);
            }
        }
    }
}
