using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Which labels a node's agent may not write on its own Node: what draws privileged pods to a node is for others to say. Kubernetes' own
/// are refused but for those that a kubelet sets, and everything below <c>node-restriction.kubernetes.io</c> is. Pure functions.
/// </summary>
internal static class NodeLabels
{
    private static readonly string[] KubernetesDomains = ["kubernetes.io", "k8s.io"];
    private static readonly string[] AgentDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];
    private static readonly string[] RestrictedDomains = ["node-restriction.kubernetes.io"];

    private static readonly string[] OfAgents =
    [
        "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch",
        "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type",
    ];

    /// <summary>The labels that differ and may not, in the order of their names.</summary>
    /// <param name="now">The labels as they would be.</param>
    /// <param name="before">The labels as they are.</param>
    public static IReadOnlyList<string> Forbidden(ValueMap<string> now, ValueMap<string> before) =>
    [
        .. now.Concat(before).Select(label => label.Key).Distinct()
            .Where(key => now.GetValueOrDefault(key) != before.GetValueOrDefault(key) && IsForbidden(key))
            .Order(StringComparer.Ordinal),
    ];

    private static bool IsForbidden(string key)
    {
        var domain = key.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? key[..slash] : "";
        return IsBelow(domain, RestrictedDomains)
            || (IsBelow(domain, KubernetesDomains) && !IsBelow(domain, AgentDomains) && !OfAgents.Contains(key));
    }

    private static bool IsBelow(string domain, string[] domains) =>
        domains.Any(each => domain == each || domain.EndsWith("." + each, StringComparison.Ordinal));
}
