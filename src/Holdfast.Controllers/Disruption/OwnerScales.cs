using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Apps;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Disruption;

/// <summary>
/// Finds how many pods the controller of a pod is to have: that of a built-in kind in the caches, that of any other kind by its <c>scale</c>,
/// for which the server is asked.
/// </summary>
internal sealed class OwnerScales(ControllerContext context)
{
    /// <summary>The sets whose changes matter.</summary>
    internal ResourceCache<StatefulSet> StatefulSets { get; } = context.Caches.Get<StatefulSet>();

    /// <summary>The sets whose changes matter.</summary>
    internal ResourceCache<ReplicaSet> ReplicaSets { get; } = context.Caches.Get<ReplicaSet>();

    /// <summary>The deployments whose changes matter.</summary>
    internal ResourceCache<Deployment> Deployments { get; } = context.Caches.Get<Deployment>();

    /// <summary>The definitions by which a kind may begin to have a scale.</summary>
    internal ResourceCache<CustomResourceDefinition> Definitions { get; } = context.Caches.Get<CustomResourceDefinition>();

    /// <summary>The pods with the scales of what controls them; each controller is looked up once.</summary>
    /// <param name="client">Who asks the server.</param>
    /// <param name="pods">The pods.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<List<BudgetPod>> OfAsync(KubernetesClient client, IEnumerable<Pod> pods, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, (PodScale? Scale, string Problem)>(StringComparer.Ordinal);
        var found = new List<BudgetPod>();
        foreach (var pod in pods)
        {
            if (pod.Metadata.Controller() is not { } owner)
            {
                found.Add(new BudgetPod(pod, null));
                continue;
            }
            if (!known.TryGetValue(owner.Uid, out var scale))
            {
                scale = await OfAsync(client, owner, pod.Metadata.Namespace, cancellationToken);
                known.Add(owner.Uid, scale);
            }
            found.Add(new BudgetPod(pod, scale.Scale) { Problem = scale.Problem });
        }
        return found;
    }

    private async Task<(PodScale? Scale, string Problem)> OfAsync(
        KubernetesClient client, OwnerReference owner, string namespaceName, CancellationToken cancellationToken)
    {
        if (IsOf(owner, StatefulSet.ResourceType))
        {
            return (StatefulSets.Find(namespaceName, owner.Name) is { } set && set.Metadata.Uid == owner.Uid ? new PodScale(owner.Uid, set.Spec.Replicas ?? 1) : null, "");
        }
        if (IsOf(owner, ReplicaSet.ResourceType))
        {
            return (OfReplicaSet(owner, namespaceName), "");
        }
        if (TypeOf(owner, out var hasScale) is not { } type)
        {
            return (null, $"no matches for kind \"{owner.Kind}\" in version \"{owner.ApiVersion}\"");
        }
        if (!hasScale)
        {
            return (null, $"{type.GroupResource} does not implement the scale subresource");
        }
        return type.IsNamespaced ? await AskAsync(client, type, owner, namespaceName, cancellationToken) : (null, "");
    }

    /// <summary>A ReplicaSet's scale is its Deployment's, where there is one.</summary>
    private PodScale? OfReplicaSet(OwnerReference owner, string namespaceName)
    {
        if (ReplicaSets.Find(namespaceName, owner.Name) is not { } set || set.Metadata.Uid != owner.Uid)
        {
            return null;
        }
        return set.Metadata.Controller() is { } above && IsOf(above, Deployment.ResourceType)
            && Deployments.Find(namespaceName, above.Name) is { } deployment && deployment.Metadata.Uid == above.Uid
            ? new PodScale(above.Uid, deployment.Spec.Replicas ?? 1)
            : new PodScale(owner.Uid, set.Spec.Replicas ?? 1);
    }

    private ResourceType? TypeOf(OwnerReference owner, out bool hasScale)
    {
        hasScale = owner.Kind == Deployment.ResourceType.Kind && owner.ApiVersion == Deployment.ResourceType.ApiVersion;
        foreach (var codec in ServedKinds.OfModel)
        {
            if (codec.Type.Kind == owner.Kind && codec.Type.ApiVersion == owner.ApiVersion)
            {
                return codec.Type;
            }
        }
        foreach (var definition in Definitions.All)
        {
            var version = definition.Spec.Versions.FirstOrDefault(each => each.Served && $"{definition.Spec.Group}/{each.Name}" == owner.ApiVersion);
            if (version is not null && CustomKinds.TypeOf(definition) is { } type && type.Kind == owner.Kind)
            {
                hasScale = version.Subresources?.Scale is not null;
                return type with { Version = version.Name };
            }
        }
        return null;
    }

    private static async Task<(PodScale? Scale, string Problem)> AskAsync(
        KubernetesClient client, ResourceType type, OwnerReference owner, string namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            var call = new ApiCall(ApiVerb.Get, type, namespaceName, owner.Name) { Subresource = "scale" };
            var answer = await client.Transport.CallAsync(call, cancellationToken);
            return (answer.Object is Scale scale && scale.Metadata.Uid == owner.Uid ? new PodScale(owner.Uid, Math.Max(0, scale.Spec.Replicas)) : null, "");
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return (null, "");
        }
        catch (ApiException error) when (error.Code is 400 or 403 or 500)
        {
            // The server has answered, and will answer the same until somebody changes something: the budget is to say so.
            return (null, error.Message);
        }
    }

    private static bool IsOf(OwnerReference owner, ResourceType type) =>
        owner.Kind == type.Kind && owner.ApiVersion.StartsWith(type.Group + "/", StringComparison.Ordinal);
}
