using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>Where the <c>scale</c> sub-resource of a kind reads and writes the number of replicas.</summary>
/// <param name="Read">Makes the Scale of an object.</param>
/// <param name="Write">Gives the object with another number of replicas.</param>
public sealed record ScaleAccess(Func<IResource, Scale> Read, Func<IResource, int, IResource> Write)
{
    /// <summary>The number of replicas of a Scale whose object has none; no number that could be wanted.</summary>
    public const int Unset = int.MinValue;

    /// <summary>Where the wanted number is, as definitions write it.</summary>
    public string ReplicasField => "." + string.Join('.', ReplicasPath);

    /// <summary>Where the wanted number is, from the object on.</summary>
    public ImmutableArray<string> ReplicasPath { get; init; } = ["spec", "replicas"];

    /// <summary>The access of a built-in kind; null when it has no scale.</summary>
    /// <param name="type">The kind.</param>
    public static ScaleAccess? Of(ResourceType type) => type.GroupResource switch
    {
        "statefulsets.apps" => new(
            resource => OfStatefulSet((StatefulSet)resource),
            (resource, replicas) => ((StatefulSet)resource) with { Spec = ((StatefulSet)resource).Spec with { Replicas = replicas } }),
        "replicasets.apps" => new(
            resource => OfReplicaSet((ReplicaSet)resource),
            (resource, replicas) => ((ReplicaSet)resource) with { Spec = ((ReplicaSet)resource).Spec with { Replicas = replicas } }),
        "deployments.apps" => new(
            resource => OfDeployment((Deployment)resource),
            (resource, replicas) => ((Deployment)resource) with { Spec = ((Deployment)resource).Spec with { Replicas = replicas } }),
        _ => null,
    };

    private static Scale OfStatefulSet(StatefulSet set) =>
        Of(set.Metadata, set.Spec.Replicas, set.Status.Replicas, set.Spec.Selector);

    private static Scale OfReplicaSet(ReplicaSet set) =>
        Of(set.Metadata, set.Spec.Replicas, set.Status.Replicas, set.Spec.Selector);

    private static Scale OfDeployment(Deployment deployment) =>
        Of(deployment.Metadata, deployment.Spec.Replicas, deployment.Status.Replicas, deployment.Spec.Selector);

    private static Scale Of(ObjectMeta metadata, int? desired, int current, LabelSelector? selector) => Scale.Empty with
    {
        Metadata = ObjectMeta.Empty with
        {
            Name = metadata.Name,
            Namespace = metadata.Namespace,
            Uid = metadata.Uid,
            ResourceVersion = metadata.ResourceVersion,
            CreationTimestamp = metadata.CreationTimestamp,
        },
        Spec = ScaleSpec.Empty with { Replicas = desired ?? 0 },
        Status = ScaleStatus.Empty with { Replicas = current, Selector = SelectorText(selector) },
    };

    private static string SelectorText(LabelSelector? selector)
    {
        if (selector is null)
            return "";
        var parts = selector.MatchLabels.AsSpan().ToArray().Select(label => $"{label.Key}={label.Value}")
            .Concat(selector.MatchExpressions.Select(Text));
        return string.Join(",", parts.Order(StringComparer.Ordinal));
    }

    private static string Text(LabelSelectorRequirement requirement) => requirement.Operator switch
    {
        "Exists" => requirement.Key,
        "DoesNotExist" => "!" + requirement.Key,
        "NotIn" => $"{requirement.Key} notin ({string.Join(",", requirement.Values.Order(StringComparer.Ordinal))})",
        _ => $"{requirement.Key} in ({string.Join(",", requirement.Values.Order(StringComparer.Ordinal))})",
    };
}
