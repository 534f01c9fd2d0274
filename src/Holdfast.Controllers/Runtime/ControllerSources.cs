using Holdfast.Client.Caching;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>The usual sources of controllers whose keys name objects.</summary>
public static class ControllerSources
{
    /// <summary>Adds the key of each object that changes.</summary>
    /// <typeparam name="T">The kind that the controller is for.</typeparam>
    /// <param name="controller">The controller.</param>
    /// <param name="cache">The objects.</param>
    public static Controller<ResourceKey> WatchOwn<T>(this Controller<ResourceKey> controller, ResourceCache<T> cache) where T : class, IResource<T> =>
        controller.Watch(cache, item => [ResourceKey.Of(item)]);

    /// <summary>Adds the key of the controlling owner, when it is of the kind, of each object that changes.</summary>
    /// <typeparam name="T">The owned kind.</typeparam>
    /// <param name="controller">The controller.</param>
    /// <param name="cache">The owned objects.</param>
    /// <param name="ownerType">The owner's kind; its version does not matter.</param>
    public static Controller<ResourceKey> WatchOwned<T>(this Controller<ResourceKey> controller, ResourceCache<T> cache, ResourceType ownerType)
        where T : class, IResource<T> =>
        controller.Watch(cache, item => ControllerOf(item, ownerType) is { } owner
            ? [new ResourceKey(ownerType.IsNamespaced ? item.Metadata.Namespace : "", owner.Name)]
            : []);

    /// <summary>The owner reference of an object's controller when it is of a kind, or null.</summary>
    /// <param name="resource">The owned object.</param>
    /// <param name="ownerType">The owner's kind; its version does not matter.</param>
    public static OwnerReference? ControllerOf(IResource resource, ResourceType ownerType) =>
        ControllerOf(resource) is { } owner && owner.Kind == ownerType.Kind && GroupOf(owner.ApiVersion) == ownerType.Group ? owner : null;

    /// <summary>The owner reference of an object's controller, or null.</summary>
    /// <param name="resource">The owned object.</param>
    public static OwnerReference? ControllerOf(IResource resource)
    {
        foreach (var owner in resource.Metadata.OwnerReferences)
        {
            if (owner.Controller == true)
                return owner;
        }
        return null;
    }

    private static string GroupOf(string apiVersion) =>
        apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? apiVersion[..slash] : "";
}
