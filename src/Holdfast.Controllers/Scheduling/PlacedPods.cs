using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Scheduling;

/// <summary>
/// The pods that are on nodes, filed by what rules of spread and affinity speak of, so that a pod is shown those that concern it and not all there are.
/// Guarded by its ledger.
/// </summary>
internal sealed class PlacedPods
{
    // No namespace's name.
    private const string AnyNamespace = "*";

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
    /// <param name="pod">The pod.</param>
    /// <param name="namespaces">The names of all namespaces that a selector selects.</param>
    internal ImmutableArray<Pod> Concerning(Pod pod, Func<LabelSelector, IEnumerable<string>> namespaces)
    {
        var uids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (space, selector) in Targets(pod, namespaces))
        {
            uids.UnionWith(_byLabel.GetValueOrDefault(PlaceOf(space, selector)) ?? []);
        }
        foreach (var place in Places(pod).Concat(Places(AnyNamespace, pod)))
        {
            uids.UnionWith(_byRule.GetValueOrDefault(place) ?? []);
        }
        return [.. uids.Select(uid => _pods[uid])];
    }

    private static IEnumerable<string> Places(Pod pod) => Places(pod.Metadata.Namespace, pod);

    private static IEnumerable<string> Places(string space, Pod pod) => LabelPlaces.OfLabels(space, pod.Metadata.Labels).Append(LabelPlaces.Anywhere(space));

    private static string PlaceOf(string space, LabelMatcher selector) => LabelPlaces.OfSelector(space, selector).FirstOrDefault() ?? LabelPlaces.Anywhere(space);

    /// <summary>Rules that select namespaces are filed under all of them: which they are changes with the namespaces' labels.</summary>
    private static IEnumerable<string> RulePlaces(Pod pod) =>
        Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, _ => [AnyNamespace])
            .Select(target => PlaceOf(target.Namespace, target.Selector));

    private static IEnumerable<(string Namespace, LabelMatcher Selector)> Targets(Pod pod, Func<LabelSelector, IEnumerable<string>> namespaces) =>
        pod.Spec.TopologySpreadConstraints.Select(constraint => (pod.Metadata.Namespace, LabelMatcher.From(constraint.LabelSelector)))
            .Concat(Of(pod, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, namespaces))
            .Concat(Of(pod, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? default, namespaces));

    private static IEnumerable<(string Namespace, LabelMatcher Selector)> Of(
        Pod owner, IEnumerable<PodAffinityTerm> terms, Func<LabelSelector, IEnumerable<string>> namespaces) =>
        from term in terms
        from space in term switch
        {
            { NamespaceSelector: { } selector } => term.Namespaces.Concat(namespaces(selector)),
            { Namespaces.IsEmpty: true } => [owner.Metadata.Namespace],
            _ => term.Namespaces,
        }
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
