using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Node.Tests;

/// <summary>Pods for tests: each sets only what matters to it.</summary>
internal static class Pods
{
    public const string NodeName = "node-1";

    public static Pod Named(string name, params Container[] containers) => new()
    {
        Metadata = ObjectMeta.Empty with { Namespace = "default", Name = name },
        Spec = PodSpec.Empty with
        {
            NodeName = NodeName,
            RestartPolicy = "Always",
            TerminationGracePeriodSeconds = 30,
            Containers = containers.Length == 0 ? [Container("app")] : [.. containers],
        },
        Status = PodStatus.Empty with { Phase = "Pending" },
    };

    public static Container Container(string name) => Model.Core.Container.Empty with { Name = name, Image = "example/app:1" };

    public static Container Sidecar(string name) => Container(name) with { RestartPolicy = "Always" };

    public static Probe Http(string path) => Probe.Empty with
    {
        HttpGet = HTTPGetAction.Empty with { Path = path, Port = 8080 },
        PeriodSeconds = 5,
        FailureThreshold = 3,
        SuccessThreshold = 1,
        TimeoutSeconds = 1,
    };

    public static Pod Restarting(this Pod pod, string policy) => pod with { Spec = pod.Spec with { RestartPolicy = policy } };

    public static Pod WithInit(this Pod pod, params Container[] containers) => pod with { Spec = pod.Spec with { InitContainers = [.. containers] } };

    public static Pod With(this Pod pod, EphemeralContainer container) => pod with { Spec = pod.Spec with { EphemeralContainers = [container] } };

    public static string? Condition(this Pod? pod, string type) => pod?.Status.Conditions.FirstOrDefault(condition => condition.Type == type)?.Status;

    public static ContainerStatus StatusOf(this Pod pod, string container) =>
        pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Single(status => status.Name == container);
}
