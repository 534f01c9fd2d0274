using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Deployments;

/// <summary>A set of a Deployment while a plan is made: as it is and as it is to be.</summary>
internal sealed class SetDraft(ReplicaSet set, bool isNew)
{
    /// <summary>The label by which the pods of a Deployment's sets differ.</summary>
    internal const string HashLabel = "pod-template-hash";

    internal ReplicaSet Observed { get; } = set;

    internal ReplicaSet Set { get; set; } = set;

    internal bool IsNew { get; } = isNew;

    internal int Replicas => Set.Spec.Replicas ?? 1;

    internal long Revision => DeploymentAnnotations.RevisionOf(Set.Metadata.Annotations);

    internal DateTimeOffset Created => Observed.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue;

    internal string Name => Observed.Metadata.Name;

    /// <summary>Whether the set is of a template: the hash, which is the set's own, does not count.</summary>
    internal static bool IsOf(ReplicaSet set, PodTemplateSpec template) => Plain(set.Spec.Template) == Plain(template);

    /// <summary>The set of a Deployment's template, yet without pods.</summary>
    internal static ReplicaSet Of(Deployment deployment)
    {
        var template = deployment.Spec.Template;
        var hash = TemplateHash.Of(template, deployment.Status.CollisionCount ?? 0);
        var labels = template.Metadata.Labels.SetItem(HashLabel, hash);
        var selector = deployment.Spec.Selector ?? Model.Meta.LabelSelector.Empty;
        return new ReplicaSet
        {
            Metadata = new Model.Meta.ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                OwnerReferences = new[] { Ownership.OwnedObjects<Deployment>.ReferenceTo(deployment) }.ToValueList(),
            },
            Spec = new ReplicaSetSpec
            {
                Replicas = 0,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = selector.MatchLabels.SetItem(HashLabel, hash) },
                Template = template with { Metadata = template.Metadata with { Labels = labels } },
            },
        };
    }

    /// <summary>Sets how many pods the set is to have, and notes the Deployment's sizes on it.</summary>
    internal bool ScaleTo(int replicas, Deployment deployment)
    {
        var isOther = replicas != Replicas;
        var sized = DeploymentAnnotations.WithSizes(Set, deployment);
        Set = isOther ? sized with { Spec = sized.Spec with { Replicas = replicas } } : sized;
        return isOther;
    }

    private static PodTemplateSpec Plain(PodTemplateSpec template) =>
        template with { Metadata = template.Metadata with { Labels = template.Metadata.Labels.Remove(HashLabel) } };
}
