using System.Collections.Frozen;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Networking;
using Holdfast.Model.Policy;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;
using Holdfast.Model.Scheduling;
using Holdfast.Model.Storage;

namespace Holdfast.Model.Rules;

/// <summary>The rules of every kind that the API stores.</summary>
public static class KindRulesCatalog
{
    private static readonly FrozenDictionary<ResourceType, KindRules> ByType = All();
    private static readonly EphemeralContainerRules EphemeralContainers = new();

    /// <summary>The rules of a kind, or null when the Model has none for it.</summary>
    /// <param name="type">The kind.</param>
    public static KindRules? Find(ResourceType type) => ByType.GetValueOrDefault(type);

    /// <summary>The rules that a sub-resource changes its objects by, or null when it has none of its own.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="subresource">The sub-resource.</param>
    public static KindRules? OfSubresource(ResourceType type, string subresource)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Equals(Pod.ResourceType) && subresource == "ephemeralcontainers" ? EphemeralContainers : null;
    }

    private static FrozenDictionary<ResourceType, KindRules> All() => new Dictionary<ResourceType, KindRules>
    {
        [ConfigMap.ResourceType] = new ConfigMapRules(),
        [Endpoints.ResourceType] = new EndpointsRules(),
        [Core.Event.ResourceType] = new Core.EventRules(),
        [LimitRange.ResourceType] = new LimitRangeRules(),
        [Namespace.ResourceType] = new NamespaceRules(),
        [Node.ResourceType] = new NodeRules(),
        [PersistentVolume.ResourceType] = new PersistentVolumeRules(),
        [PersistentVolumeClaim.ResourceType] = new PersistentVolumeClaimRules(),
        [Pod.ResourceType] = new PodRules(),
        [PodTemplate.ResourceType] = new PodTemplateRules(),
        [ResourceQuota.ResourceType] = new ResourceQuotaRules(),
        [Secret.ResourceType] = new SecretRules(),
        [Service.ResourceType] = new ServiceRules(),
        [ServiceAccount.ResourceType] = new ServiceAccountRules(),
        [ControllerRevision.ResourceType] = new ControllerRevisionRules(),
        [DaemonSet.ResourceType] = new DaemonSetRules(),
        [Deployment.ResourceType] = new DeploymentRules(),
        [ReplicaSet.ResourceType] = new ReplicaSetRules(),
        [StatefulSet.ResourceType] = new StatefulSetRules(),
        [PodDisruptionBudget.ResourceType] = new PodDisruptionBudgetRules(),
        [StorageClass.ResourceType] = new StorageClassRules(),
        [VolumeAttachment.ResourceType] = new VolumeAttachmentRules(),
        [Lease.ResourceType] = new LeaseRules(),
        [EndpointSlice.ResourceType] = new EndpointSliceRules(),
        [Events.Event.ResourceType] = new Events.EventRules(),
        [CronJob.ResourceType] = new CronJobRules(),
        [Job.ResourceType] = new JobRules(),
        [ClusterRole.ResourceType] = new ClusterRoleRules(),
        [ClusterRoleBinding.ResourceType] = new ClusterRoleBindingRules(),
        [Role.ResourceType] = new RoleRules(),
        [RoleBinding.ResourceType] = new RoleBindingRules(),
        [PriorityClass.ResourceType] = new PriorityClassRules(),
        [NetworkPolicy.ResourceType] = new NetworkPolicyRules(),
        [MutatingWebhookConfiguration.ResourceType] = new MutatingWebhookConfigurationRules(),
        [ValidatingWebhookConfiguration.ResourceType] = new ValidatingWebhookConfigurationRules(),
        [CustomResourceDefinition.ResourceType] = new CustomResourceDefinitionRules(),
    }.ToFrozenDictionary();
}
