using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;

namespace Holdfast.Steward.Observation;

/// <summary>The objects of a cluster that a target is put together from, however they came to be known: followed, or read once.</summary>
internal interface ITargetObjects
{
    /// <summary>A set, or null.</summary>
    StatefulSet? FindSet(string namespaceName, string name);

    /// <summary>The Stewards of a set.</summary>
    IEnumerable<StewardResource> StewardsOf(string namespaceName, string setName);

    /// <summary>The pods that a set owns.</summary>
    IEnumerable<Pod> PodsOf(StatefulSet set);

    /// <summary>The pods of a namespace that nobody controls.</summary>
    IEnumerable<Pod> UncontrolledPods(string namespaceName);

    /// <summary>The revisions that a set owns.</summary>
    IEnumerable<ControllerRevision> RevisionsOf(StatefulSet set);

    /// <summary>A claim, or null.</summary>
    PersistentVolumeClaim? FindClaim(string namespaceName, string name);

    /// <summary>A node, or null.</summary>
    Node? FindNode(string name);

    /// <summary>Every node that is known.</summary>
    IEnumerable<Node> AllNodes();

    /// <summary>A volume, or null.</summary>
    PersistentVolume? FindVolume(string name);

    /// <summary>The budgets of a namespace.</summary>
    IEnumerable<PodDisruptionBudget> BudgetsIn(string namespaceName);

    /// <summary>The Services of a namespace.</summary>
    IEnumerable<Service> ServicesIn(string namespaceName);
}
