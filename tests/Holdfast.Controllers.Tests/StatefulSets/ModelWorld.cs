using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>
/// The little of a cluster that the planner sees, without a server: plans are applied to it at once, and pods become ready or go
/// when a test says so.
/// </summary>
internal sealed class ModelWorld
{
    private readonly SortedDictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ControllerRevision> _revisions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PersistentVolumeClaim> _claims = new(StringComparer.Ordinal);
    private int _uids;

    public ModelWorld(int replicas = 3) => Set = ModelJson.Read<StatefulSet>($$$$"""
        {"metadata": {"name": "web", "namespace": "default", "uid": "set-1", "generation": 1},
         "spec": {"replicas": {{{{replicas}}}}, "serviceName": "web", "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10,
          "selector": {"matchLabels": {"app": "web"}},
          "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
          "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
          "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1"}]} },
          "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]} }]} }
        """);

    public StatefulSet Set { get; private set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyCollection<Pod> Pods => _pods.Values;

    public IReadOnlyCollection<ControllerRevision> Revisions => _revisions.Values;

    public StatefulSetStatus Status => Set.Status;

    public static string PodName(int ordinal) => string.Create(CultureInfo.InvariantCulture, $"web-{ordinal}");

    public Pod? Find(int ordinal) => _pods.GetValueOrDefault(PodName(ordinal));

    public PersistentVolumeClaim? Claim(int ordinal) => _claims.GetValueOrDefault($"data-{PodName(ordinal)}");

    public ModelWorld Change(Func<StatefulSetSpec, StatefulSetSpec> change)
    {
        Set = Set with { Spec = change(Set.Spec), Metadata = Set.Metadata with { Generation = Set.Metadata.Generation + 1 } };
        return this;
    }

    public ModelWorld Change(int ordinal, Func<ObjectMeta, ObjectMeta> change) => Put(Find(ordinal)! is var pod ? pod with { Metadata = change(pod.Metadata) } : null!);

    public ModelWorld Scale(int replicas) => Change(spec => spec with { Replicas = replicas });

    public ModelWorld Image(string image) => Change(spec => spec with { Template = Template(spec, image) });

    public ModelWorld Rolling(Func<RollingUpdateStatefulSetStrategy, RollingUpdateStatefulSetStrategy> change) => Change(spec => spec with
    {
        UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = change(spec.UpdateStrategy.RollingUpdate ?? new()) },
    });

    public ModelWorld Retention(string whenDeleted, string whenScaled) => Change(spec => spec with
    {
        PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = whenDeleted, WhenScaled = whenScaled },
    });

    public ModelWorld SetOnly(Func<StatefulSet, StatefulSet> change)
    {
        Set = change(Set);
        return this;
    }

    public StatefulSetObservation Observation => new(
        Set, [.. _pods.Values], [.. _revisions.Values], _claims.ToImmutableDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

    public StatefulSetPlan Plan() => StatefulSetPlanner.Plan(Observation, Now);

    /// <summary>Plans, applies the plan, and gives its effects in words.</summary>
    public string[] Round()
    {
        var plan = Plan();
        var words = PlanWords.Effects(this, plan);
        Apply(plan);
        return words;
    }

    /// <summary>Rounds in which every pod becomes ready or goes as fast as it can, until nothing is left to do.</summary>
    public ModelWorld Settle()
    {
        for (var round = 0; round < 200; round++)
        {
            var plan = Plan();
            Apply(plan);
            var moved = false;
            foreach (var pod in Pods.ToList())
                moved |= Progress(pod);
            moved |= CollectGarbage();
            if (plan.Effects.IsEmpty && plan.Status is null && !moved)
                return this;
            if (plan.RequeueAfter is { } wait)
                Now += wait;
        }
        throw new InvalidOperationException("the world did not come to rest");
    }

    /// <summary>What would happen to a pod by itself: a terminating one goes, one that does not run yet becomes ready.</summary>
    public bool Progress(Pod pod)
    {
        if (pod.IsTerminating())
            return _pods.Remove(pod.Metadata.Name);
        if (pod.IsFinished() || pod.IsRunningAndReady())
            return false;
        Ready(pod);
        return true;
    }

    /// <summary>What the garbage collector would do: claims go whose owning pod is gone.</summary>
    public bool CollectGarbage()
    {
        var garbage = Garbage().ToList();
        garbage.ForEach(claim => Forget(claim));
        return garbage.Count > 0;
    }

    public bool HasGarbage => Garbage().Any();

    public ModelWorld Ready(int ordinal) => Ready(Find(ordinal)!);

    public ModelWorld Unready(int ordinal) => Put(Find(ordinal)! with { Status = new PodStatus { Phase = "Running" } });

    public ModelWorld Phase(int ordinal, string phase) => Put(Find(ordinal)! with { Status = new PodStatus { Phase = phase } });

    public ModelWorld Terminate(int ordinal) =>
        Put(Find(ordinal)! is var pod ? pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now } } : null!);

    public ModelWorld Gone(int ordinal)
    {
        _pods.Remove(PodName(ordinal));
        return this;
    }

    public ModelWorld Put(Pod pod)
    {
        _pods[pod.Metadata.Name] = pod;
        return this;
    }

    public ModelWorld Put(PersistentVolumeClaim claim)
    {
        _claims[claim.Metadata.Name] = claim;
        return this;
    }

    public ModelWorld Put(ControllerRevision revision)
    {
        _revisions[revision.Metadata.Name] = revision;
        return this;
    }

    public ModelWorld Forget(PersistentVolumeClaim claim)
    {
        _claims.Remove(claim.Metadata.Name);
        return this;
    }

    public string NewUid() => string.Create(CultureInfo.InvariantCulture, $"uid-{++_uids}");

    public void Apply(StatefulSetPlan plan)
    {
        foreach (var effect in plan.Effects)
            Apply(effect);
        if (plan.Status is { } status)
            Set = Set with { Status = status };
    }

    private IEnumerable<PersistentVolumeClaim> Garbage() => _claims.Values
        .Where(claim => claim.Metadata.OwnerReferences.Any(owner => owner.Kind == "Pod" && !Pods.Any(pod => pod.Metadata.Uid == owner.Uid)));

    private void Apply(StatefulSetEffect effect)
    {
        switch (effect)
        {
            case AdoptPod adopt:
                Put(adopt.Pod with { Metadata = Owned(adopt.Pod.Metadata) });
                break;
            case ReleasePod release:
                Put(release.Pod with { Metadata = release.Pod.Metadata with { OwnerReferences = default } });
                break;
            case AdoptRevision adopt:
                Put(adopt.Revision with { Metadata = Owned(adopt.Revision.Metadata) });
                break;
            case CreateRevision create:
                Put(create.Revision);
                break;
            case RenumberRevision renumber:
                Put(renumber.Revision);
                break;
            case DeleteRevision delete:
                _revisions.Remove(delete.Revision.Metadata.Name);
                break;
            case CreateClaim create:
                Make(_claims, create.Claim.Metadata.Name, create.Claim with { Metadata = Made(create.Claim.Metadata) });
                break;
            case UpdateClaim update:
                Put(update.Claim);
                break;
            case CreatePod create when _pods.GetValueOrDefault(create.Pod.Metadata.Name) is { } there && there.Metadata.Controller()?.Uid != Set.Metadata.Uid:
                // The server refuses: the name is somebody else's. The plan will be the same until it is free.
                break;
            case CreatePod create:
                Make(_pods, create.Pod.Metadata.Name, create.Pod with { Metadata = Made(create.Pod.Metadata), Status = new PodStatus { Phase = "Pending" } });
                break;
            case UpdatePod update:
                Put(update.Pod);
                break;
            case DeletePod delete:
                Delete(_pods[delete.Pod.Metadata.Name]);
                break;
        }
    }

    // Pods that have ended need no grace, so they go at once, as on the server.
    private void Delete(Pod pod)
    {
        if (pod.IsFinished())
            _pods.Remove(pod.Metadata.Name);
        else
            Put(pod with { Metadata = pod.Metadata with { DeletionTimestamp = pod.Metadata.DeletionTimestamp ?? Now } });
    }

    private static void Make<T>(SortedDictionary<string, T> all, string name, T made)
    {
        if (!all.TryAdd(name, made))
            throw new InvalidOperationException($"the plan makes {name}, which is there already");
    }

    private ModelWorld Ready(Pod pod) => Put(pod with
    {
        Status = new PodStatus { Phase = "Running", Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = Now }] },
    });

    private ObjectMeta Made(ObjectMeta metadata) => metadata with { Uid = NewUid(), CreationTimestamp = Now };

    private ObjectMeta Owned(ObjectMeta metadata) => metadata with { OwnerReferences = [StatefulSetIdentity.OwnerReference(Set)] };

    private static PodTemplateSpec Template(StatefulSetSpec spec, string image) => spec.Template with
    {
        Spec = spec.Template.Spec with { Containers = [spec.Template.Spec.Containers[0] with { Image = image }] },
    };
}
