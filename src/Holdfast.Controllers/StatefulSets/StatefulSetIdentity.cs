using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Ownership;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>
/// Who a set's pods are: the names, labels, hostnames and claims that belong to an ordinal (invariant S5). Names and labels
/// are those of Kubernetes' StatefulSet.
/// </summary>
public static class StatefulSetIdentity
{
    /// <summary>The label with the name of the revision that a pod was made from.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    /// <summary>The label with the pod's own name.</summary>
    public const string PodNameLabel = "statefulset.kubernetes.io/pod-name";

    /// <summary>The label with the pod's ordinal.</summary>
    public const string PodIndexLabel = "apps.kubernetes.io/pod-index";

    /// <summary>The first ordinal.</summary>
    /// <param name="set">The set.</param>
    public static int Start(StatefulSet set) => set.Spec.Ordinals?.Start ?? 0;

    /// <summary>How many pods are wanted.</summary>
    /// <param name="set">The set.</param>
    public static int Replicas(StatefulSet set) => set.Spec.Replicas ?? 1;

    /// <summary>Whether an ordinal is one of those that the set wants.</summary>
    /// <param name="set">The set.</param>
    /// <param name="ordinal">The ordinal.</param>
    public static bool Wants(StatefulSet set, int ordinal) => ordinal >= Start(set) && ordinal < Start(set) + Replicas(set);

    /// <summary>The name of the pod with an ordinal.</summary>
    /// <param name="set">The set.</param>
    /// <param name="ordinal">The ordinal.</param>
    public static string PodName(StatefulSet set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set.Metadata.Name}-{ordinal}");

    /// <summary>The ordinal in a pod's name, or -1 when the name is not one of this set's.</summary>
    /// <param name="set">The set.</param>
    /// <param name="podName">The pod's name.</param>
    public static int Ordinal(StatefulSet set, string podName)
    {
        var prefix = set.Metadata.Name.Length + 1;
        return podName.Length > prefix && podName[prefix - 1] == '-' && podName.StartsWith(set.Metadata.Name, StringComparison.Ordinal)
            && int.TryParse(podName.AsSpan(prefix), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            && (podName[prefix] != '0' || podName.Length == prefix + 1)
            ? ordinal
            : -1;
    }

    /// <summary>The name of the claim that a template gives the pod with an ordinal.</summary>
    /// <param name="set">The set.</param>
    /// <param name="template">The claim template.</param>
    /// <param name="ordinal">The ordinal.</param>
    public static string ClaimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) =>
        $"{template.Metadata.Name}-{PodName(set, ordinal)}";

    /// <summary>The name of the revision that a pod was made from; empty when it has none.</summary>
    /// <param name="pod">The pod.</param>
    public static string Revision(Pod pod) => pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) ?? "";

    /// <summary>A new pod with an ordinal's identity.</summary>
    /// <param name="set">The set.</param>
    /// <param name="template">The template of the revision.</param>
    /// <param name="revision">The revision's name.</param>
    /// <param name="ordinal">The ordinal.</param>
    public static Pod NewPod(StatefulSet set, PodTemplateSpec template, string revision, int ordinal)
    {
        var name = PodName(set, ordinal);
        var spec = template.Spec;
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                GenerateName = set.Metadata.Name + "-",
                Namespace = set.Metadata.Namespace,
                Labels = IdentityLabels(template.Metadata.Labels, name, ordinal).SetItem(RevisionLabel, revision),
                Annotations = template.Metadata.Annotations,
                Finalizers = template.Metadata.Finalizers,
                OwnerReferences = [OwnerReference(set)],
            },
            Spec = spec with { Hostname = name, Subdomain = set.Spec.ServiceName, Volumes = Volumes(set, spec, ordinal) },
        };
    }

    /// <summary>The claims of an ordinal as they should be when made, without the owners that a retention policy adds.</summary>
    /// <param name="set">The set.</param>
    /// <param name="ordinal">The ordinal.</param>
    public static ImmutableArray<PersistentVolumeClaim> Claims(StatefulSet set, int ordinal)
    {
        var claims = ImmutableArray.CreateBuilder<PersistentVolumeClaim>(set.Spec.VolumeClaimTemplates.Count);
        foreach (var template in set.Spec.VolumeClaimTemplates)
        {
            claims.Add(template with
            {
                Metadata = new ObjectMeta
                {
                    Name = ClaimName(set, template, ordinal),
                    Namespace = set.Metadata.Namespace,
                    Labels = template.Metadata.Labels.SetItems(set.Spec.Selector?.MatchLabels ?? default),
                    Annotations = template.Metadata.Annotations,
                    Finalizers = template.Metadata.Finalizers,
                },
                Status = PersistentVolumeClaimStatus.Empty,
            });
        }
        return claims.MoveToImmutable();
    }

    /// <summary>Whether a pod has the volumes that its ordinal's claims give it; one that was made by others may not.</summary>
    /// <param name="set">The set.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="ordinal">Its ordinal.</param>
    public static bool HasClaims(StatefulSet set, Pod pod, int ordinal) => set.Spec.VolumeClaimTemplates.All(template =>
        pod.Spec.Volumes.Any(volume => volume.Name == template.Metadata.Name && volume.PersistentVolumeClaim?.ClaimName == ClaimName(set, template, ordinal)));

    /// <summary>The pod as its ordinal would have it, when its labels have been changed; null when it is right.</summary>
    /// <param name="set">The set.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="ordinal">Its ordinal.</param>
    /// <param name="withClaims">Whether it is to get the volumes of its claims too, which a server refuses.</param>
    public static Pod? Corrected(StatefulSet set, Pod pod, int ordinal, bool withClaims)
    {
        var labels = IdentityLabels(pod.Metadata.Labels, PodName(set, ordinal), ordinal);
        var volumes = withClaims ? Volumes(set, pod.Spec, ordinal) : pod.Spec.Volumes;
        return labels == pod.Metadata.Labels && volumes == pod.Spec.Volumes
            ? null
            : pod with { Metadata = pod.Metadata with { Labels = labels }, Spec = pod.Spec with { Volumes = volumes } };
    }

    /// <summary>A reference to a set as the controller of what it owns.</summary>
    /// <param name="set">The set.</param>
    public static OwnerReference OwnerReference(StatefulSet set) => OwnedObjects<StatefulSet>.ReferenceTo(set);

    private static ValueMap<string> IdentityLabels(ValueMap<string> labels, string name, int ordinal) => labels
        .SetItem(PodNameLabel, name)
        .SetItem(PodIndexLabel, ordinal.ToString(CultureInfo.InvariantCulture));

    /// <summary>The claims' volumes first, then the template's own; a claim replaces a volume of its name.</summary>
    private static ValueList<Volume> Volumes(StatefulSet set, PodSpec spec, int ordinal)
    {
        var templates = set.Spec.VolumeClaimTemplates;
        var claimed = templates.Select(template => new Volume
        {
            Name = template.Metadata.Name,
            PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = ClaimName(set, template, ordinal) },
        });
        var own = spec.Volumes.Where(volume => !templates.Any(template => template.Metadata.Name == volume.Name));
        return claimed.Concat(own).ToValueList();
    }
}
