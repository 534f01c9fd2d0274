using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.ServiceAccounts;

/// <summary>What is known of what every namespace has.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Account">Its default ServiceAccount, or null.</param>
/// <param name="Authority">Its ConfigMap with the cluster's certificate authority, or null.</param>
public sealed record FurnishingObservation(Namespace Namespace, ServiceAccount? Account, ConfigMap? Authority);

/// <summary>One thing to make or change in a namespace, with its reason in words.</summary>
/// <param name="Object">The object as it should be.</param>
/// <param name="IsNew">Whether it is to be made.</param>
/// <param name="Reason">Why.</param>
public sealed record FurnishingEffect(IResource Object, bool IsNew, string Reason);

/// <summary>Decides what a namespace lacks of what every namespace has. A pure function.</summary>
/// <param name="certificateAuthority">The certificates, as PEM, by which pods know the API server.</param>
public sealed class NamespaceFurnishing(string certificateAuthority)
{
    /// <summary>The ServiceAccount of pods that name none.</summary>
    public const string DefaultAccount = "default";

    /// <summary>The ConfigMap with the cluster's certificate authority.</summary>
    public const string AuthorityMap = "kube-root-ca.crt";

    private const string AuthorityKey = "ca.crt";

    /// <summary>Plans for a namespace.</summary>
    /// <param name="observation">The namespace and what it has.</param>
    public ImmutableArray<FurnishingEffect> Plan(FurnishingObservation observation)
    {
        var space = observation.Namespace;
        if (space.Metadata.DeletionTimestamp is not null || space.Status.Phase == "Terminating")
        {
            return [];
        }
        var effects = ImmutableArray.CreateBuilder<FurnishingEffect>();
        if (observation.Account is null)
        {
            var account = new ServiceAccount { Metadata = new ObjectMeta { Name = DefaultAccount, Namespace = space.Metadata.Name } };
            effects.Add(new(account, IsNew: true, "pods that name no account have this one"));
        }
        if (Authority(space, observation.Authority) is { } map)
        {
            effects.Add(new(map, observation.Authority is null, "pods know the API server by it"));
        }
        return effects.ToImmutable();
    }

    private ConfigMap? Authority(Namespace space, ConfigMap? there)
    {
        var data = ValueMap.Of((AuthorityKey, certificateAuthority));
        if (there is not null)
        {
            return there.Data == data && there.BinaryData.IsEmpty || there.Metadata.DeletionTimestamp is not null
                ? null
                : there with { Data = data, BinaryData = default };
        }
        return new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Name = AuthorityMap,
                Namespace = space.Metadata.Name,
                Annotations = ValueMap.Of(("kubernetes.io/description", "The certificate authority by which pods in this namespace know the cluster's API server.")),
            },
            Data = data,
        };
    }
}
