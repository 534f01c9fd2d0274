using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Policy;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Tests.Worlds;

/// <summary>A cluster of one node, node-a on host-a, and one volume.</summary>
/// <param name="isCordoned">Whether the node takes no pods.</param>
/// <param name="ready">What its condition Ready says.</param>
/// <param name="host">The host that the volume is on; empty where any reaches it.</param>
internal sealed class OneNode(bool isCordoned, string ready, string host) : ITargetObjects
{
    public Node? FindNode(string name) => AllNodes().FirstOrDefault(node => node.Metadata.Name == name);

    public IEnumerable<Node> AllNodes() =>
    [
        ModelJson.Read<Node>($$$"""
            {"metadata": {"name": "node-a", "labels": {"kubernetes.io/hostname": "host-a"}}, "spec": {"unschedulable": {{{(isCordoned ? "true" : "false")}}} },
             "status": {"conditions": [{"type": "Ready", "status": "{{{ready}}}"}]}}
            """),
    ];

    public PersistentVolume? FindVolume(string name) => ModelJson.Read<PersistentVolume>(host.Length == 0 ? """{"metadata": {"name": "pv"}}""" : $$$"""
        {"metadata": {"name": "pv"}, "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [
         {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["{{{host}}}"] }]}] } } } }
        """);

    public StatefulSet? FindSet(string namespaceName, string name) => null;

    public IEnumerable<StewardResource> StewardsOf(string namespaceName, string setName) => [];

    public IEnumerable<Pod> PodsOf(StatefulSet set) => [];

    public IEnumerable<Pod> UncontrolledPods(string namespaceName) => [];

    public IEnumerable<ControllerRevision> RevisionsOf(StatefulSet set) => [];

    public PersistentVolumeClaim? FindClaim(string namespaceName, string name) => null;

    public IEnumerable<PodDisruptionBudget> BudgetsIn(string namespaceName) => [];

    public IEnumerable<Service> ServicesIn(string namespaceName) => [];
}
