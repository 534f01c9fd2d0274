using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Client.Tests;

internal static class Pods
{
    public static Pod Named(string name, int revision = 0, string uid = "", string node = "", string owner = "") => Pod.Empty with
    {
        Metadata = ObjectMeta.Empty with
        {
            Namespace = "shop",
            Name = name,
            Uid = uid.Length > 0 ? uid : "uid-" + name,
            ResourceVersion = revision == 0 ? "" : revision.ToString(CultureInfo.InvariantCulture),
            OwnerReferences = owner.Length > 0 ? [OwnerReference.Empty with { Uid = owner, Name = owner, Controller = true }] : [],
        },
        Spec = PodSpec.Empty with { NodeName = node },
    };

    public static WatchEvent<Pod> Event(WatchEventType type, Pod pod) => new(type, pod, pod.Metadata.ResourceVersion);
}
