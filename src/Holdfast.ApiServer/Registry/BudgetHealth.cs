using System.Collections.Immutable;
using System.Globalization;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>How a disruption budget stands at one revision, counted from the pods themselves.</summary>
/// <param name="CurrentHealthy">Ready pods that nobody has been allowed to take yet (P2).</param>
/// <param name="DesiredHealthy">How many must stay.</param>
/// <param name="ExpectedPods">How many there are meant to be.</param>
internal sealed record BudgetHealth(int CurrentHealthy, int DesiredHealthy, int ExpectedPods)
{
    /// <summary>How many may be taken now.</summary>
    public int DisruptionsAllowed => ExpectedPods <= 0 ? 0 : Math.Max(0, CurrentHealthy - DesiredHealthy);

    /// <summary>What the numbers rest on besides the pods: the objects that say how many there are meant to be.</summary>
    public ImmutableArray<Store.Condition> Conditions { get; init; } = [];

    /// <summary>Counts (P1: at the view's revision, whatever the stored status says, P3).</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="pods">The pods that it selects, at the view's revision.</param>
    /// <param name="view">The cluster.</param>
    /// <param name="served">Finds the owners' number of replicas.</param>
    public static BudgetHealth Of(PodDisruptionBudget budget, IReadOnlyList<Pod> pods, ClusterView view, ServedResources served)
    {
        var healthy = pods.Count(pod => pod.Metadata.DeletionTimestamp is null && IsReady(pod));
        if (budget.Spec.MaxUnavailable is { } unavailable)
        {
            var (expected, conditions) = ExpectedScale(pods, view, served);
            return new(healthy, Math.Max(0, expected - Portion(unavailable, expected)), expected) { Conditions = conditions };
        }
        if (budget.Spec.MinAvailable is { IsNumber: false } share)
        {
            var (expected, conditions) = ExpectedScale(pods, view, served);
            return new(healthy, Portion(share, expected), expected) { Conditions = conditions };
        }
        return new(healthy, budget.Spec.MinAvailable?.Number ?? 0, pods.Count);
    }

    /// <summary>Whether a pod says that it is ready.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private static int Portion(IntOrString value, int total)
    {
        if (value.IsNumber)
            return value.Number;
        var text = value.Text!.TrimEnd('%');
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)Math.Ceiling(percent * (double)total / 100)
            : 0;
    }

    private static (int Expected, ImmutableArray<Store.Condition> Conditions) ExpectedScale(IReadOnlyList<Pod> pods, ClusterView view, ServedResources served)
    {
        var counted = new HashSet<string>(StringComparer.Ordinal);
        var conditions = ImmutableArray.CreateBuilder<Store.Condition>();
        var total = 0;
        foreach (var pod in pods)
        {
            var owner = Controller(pod.Metadata)
                ?? throw ApiErrors.TooManyRequests($"found no controllers for pod \"{pod.Metadata.Name}\", which the budget needs to count what is expected", 0);
            // Pods of one owner have one scale: it is looked up once.
            if (!counted.Add(owner.Uid))
                continue;
            var (uid, replicas) = ScaleOf(owner, pod.Metadata.Namespace, view, served, conditions);
            if (uid == owner.Uid || counted.Add(uid))
                total += replicas;
        }
        return (total, conditions.ToImmutable());
    }

    private static OwnerReference? Controller(ObjectMeta metadata) =>
        metadata.OwnerReferences.FirstOrDefault(reference => reference.Controller == true);

    private static (string Uid, int Replicas) ScaleOf(
        OwnerReference owner, string namespaceName, ClusterView view, ServedResources served, ImmutableArray<Store.Condition>.Builder conditions)
    {
        var found = served.All.FirstOrDefault(resource =>
            resource.Scale is not null && resource.Type.Kind == owner.Kind && resource.Type.ApiVersion == owner.ApiVersion);
        if (found is null || view.Snapshot.Find(new(found.StoreName, namespaceName, owner.Name)) is not { } entry)
            return (owner.Uid, 0);
        IResource resource = StoredObject.Of(entry, found);
        if (resource.Metadata.Uid != owner.Uid)
            return (owner.Uid, 0);
        var above = resource is ReplicaSet ? Controller(resource.Metadata) : null;
        var replicas = found.Scale!.Read(resource).Spec.Replicas;
        conditions.Add(new KeySatisfies(entry.Key, stored => StoredObject.Of(stored, found) is var now && now.Metadata.Uid == owner.Uid
            && (above is null ? found.Scale.Read(now).Spec.Replicas == replicas : Controller(now.Metadata)?.Uid == above.Uid)));
        return above is not null ? ScaleOf(above, namespaceName, view, served, conditions) : (owner.Uid, Math.Max(0, replicas));
    }
}
