using Holdfast.ApiServer.CustomResources;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Registry;

/// <summary>What a request to delete an object comes to.</summary>
internal abstract record DeletionPlan
{
    /// <summary>The object is being deleted already, and nothing changes.</summary>
    public sealed record Nothing : DeletionPlan;

    /// <summary>The object is marked and stays until its finalizers and its grace period are over.</summary>
    /// <param name="Marked">The object with its mark.</param>
    public sealed record Mark(IResource Marked) : DeletionPlan;

    /// <summary>The object goes.</summary>
    /// <param name="Final">The object as it was last.</param>
    public sealed record Remove(IResource Final) : DeletionPlan;
}

/// <summary>
/// Decides what a deletion comes to, as Kubernetes' registry does: grace periods for pods, which may shrink and never grow
/// (S3); finalizers, among them the two that ask the garbage collector to go on or to orphan; namespaces, which go last.
/// </summary>
internal static class DeletionPlanner
{
    /// <summary>What whoever deletes a Job without saying what becomes of its pods is told, in Kubernetes' words.</summary>
    public const string KeepsDependentsWarning =
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

    private const string Orphan = "orphan";
    private const string Foreground = "foregroundDeletion";

    public static DeletionPlan Plan(ServedResource served, IResource stored, DeleteOptions options, DateTimeOffset now)
    {
        CheckPreconditions(served, stored.Metadata, options.Preconditions);
        if (stored is CustomResourceDefinition definition)
            return PlanDefinition(definition, options, now);
        if (stored is Namespace space)
            return PlanNamespace(space, now);
        if (stored is Pod pod)
            return PlanPod(pod, options, now);
        var finalizers = Finalizers(stored.Metadata, KeepsDependents(served, stored.Metadata, options) ? options with { PropagationPolicy = "Orphan" } : options);
        var marked = stored.WithMetadata(stored.Metadata with { Finalizers = finalizers });
        if (finalizers.IsEmpty)
            return new DeletionPlan.Remove(marked);
        var waiting = WithMark(marked, now, 0);
        return waiting.Equals(stored) ? new DeletionPlan.Nothing() : new DeletionPlan.Mark(waiting);
    }

    private static DeletionPlan PlanPod(Pod pod, DeleteOptions options, DateTimeOffset now)
    {
        var metadata = pod.Metadata;
        if (metadata.DeletionTimestamp is { } ends && metadata.DeletionGracePeriodSeconds is { } granted)
        {
            if (options.GracePeriodSeconds is not { } wanted || wanted >= granted)
                return new DeletionPlan.Nothing();
            var grace = wanted < 0 ? Math.Min(1, granted) : wanted;
            return Finish(pod.WithMetadata(metadata with
            {
                DeletionTimestamp = ends.AddSeconds(grace - granted),
                DeletionGracePeriodSeconds = grace,
                Finalizers = Finalizers(metadata, options),
            }));
        }
        var marked = pod.WithMetadata(metadata with { Finalizers = Finalizers(metadata, options) });
        return Finish(WithMark(marked, now, GraceOf(pod, options)));
    }

    private static DeletionPlan Finish(IResource marked) =>
        ObjectUpdate.IsFinished(marked) ? new DeletionPlan.Remove(marked) : new DeletionPlan.Mark(marked);

    private static long GraceOf(Pod pod, DeleteOptions options)
    {
        if (pod.Spec.NodeName.Length == 0 || pod.Status.Phase is "Succeeded" or "Failed")
            return 0;
        var wanted = options.GracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 0;
        return wanted < 0 ? 1 : wanted;
    }

    private static DeletionPlan PlanNamespace(Namespace space, DateTimeOffset now)
    {
        if (space.Metadata.DeletionTimestamp is null)
        {
            return new DeletionPlan.Mark(space with
            {
                Metadata = space.Metadata with
                {
                    DeletionTimestamp = now,
                    Finalizers = space.Metadata.Finalizers.Where(finalizer => finalizer != Orphan).ToValueList(),
                },
                Status = space.Status with { Phase = "Terminating" },
            });
        }
        return ObjectUpdate.IsFinished(space) ? new DeletionPlan.Remove(space) : new DeletionPlan.Nothing();
    }

    // Its objects go first, for which the finalizer stands.
    private static DeletionPlan PlanDefinition(CustomResourceDefinition definition, DeleteOptions options, DateTimeOffset now)
    {
        if (definition.Metadata.DeletionTimestamp is not null)
            return ObjectUpdate.IsFinished(definition) ? new DeletionPlan.Remove(definition) : new DeletionPlan.Nothing();
        var finalizers = Finalizers(definition.Metadata, options);
        var pending = CustomResourceDefinitionCondition.Empty with
        {
            Type = "Terminating",
            Status = "True",
            Reason = "InstanceDeletionPending",
            Message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        };
        return new DeletionPlan.Mark(definition with
        {
            Metadata = definition.Metadata with
            {
                DeletionTimestamp = now,
                Finalizers = finalizers.Contains(DefinitionPlanner.Finalizer) ? finalizers : finalizers.Add(DefinitionPlanner.Finalizer),
            },
            Status = definition.Status with { Conditions = DefinitionPlanner.Set(definition.Status.Conditions, pending, now) },
        });
    }

    private static IResource WithMark(IResource resource, DateTimeOffset now, long grace)
    {
        var metadata = resource.Metadata;
        if (metadata.DeletionTimestamp is not null)
            return resource.WithMetadata(metadata with { DeletionGracePeriodSeconds = 0 });
        var raises = resource is Pod && metadata.Generation > 0;
        return resource.WithMetadata(metadata with
        {
            DeletionTimestamp = now.AddSeconds(grace),
            DeletionGracePeriodSeconds = grace,
            Generation = metadata.Generation + (raises ? 1 : 0),
        });
    }

    private static ValueList<string> Finalizers(ObjectMeta metadata, DeleteOptions options)
    {
        var wanted = Propagation(metadata, options);
        var kept = metadata.Finalizers.Where(finalizer => finalizer is not (Orphan or Foreground));
        var all = wanted is null ? kept.ToValueList() : kept.Append(wanted).ToValueList();
        return all.Count == metadata.Finalizers.Count && all.All(metadata.Finalizers.Contains) ? metadata.Finalizers : all;
    }

    /// <summary>Whether a request that does not say what becomes of dependents keeps them: so it is for Jobs, which older clients delete.</summary>
    public static bool KeepsDependents(ServedResource served, ObjectMeta metadata, DeleteOptions options) =>
        served.Type == Model.Batch.Job.ResourceType && options is { OrphanDependents: null, PropagationPolicy: null }
        && !metadata.Finalizers.Contains(Orphan) && !metadata.Finalizers.Contains(Foreground);

    // What the request says counts; otherwise what an earlier one has left on the object.
    private static string? Propagation(ObjectMeta metadata, DeleteOptions options)
    {
        if (options.OrphanDependents is { } orphans)
            return orphans ? Orphan : null;
        return options.PropagationPolicy switch
        {
            "Orphan" => Orphan,
            "Foreground" => Foreground,
            "Background" => null,
            _ => metadata.Finalizers.Contains(Orphan) ? Orphan : metadata.Finalizers.Contains(Foreground) ? Foreground : null,
        };
    }

    private static void CheckPreconditions(ServedResource served, ObjectMeta stored, Preconditions? wanted)
    {
        if (wanted?.Uid is { } uid && uid != stored.Uid)
        {
            throw ApiErrors.Conflict(served.Type.Group, served.Type.Kind, stored.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({stored.Uid}). The object might have been deleted and then recreated");
        }
        if (wanted?.ResourceVersion is { } version && version != stored.ResourceVersion)
        {
            throw ApiErrors.Conflict(served.Type.Group, served.Type.Kind, stored.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({stored.ResourceVersion}). The object might have been modified");
        }
    }
}
