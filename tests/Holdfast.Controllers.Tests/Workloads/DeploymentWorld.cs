using Holdfast.Controllers.Deployments;
using Holdfast.Controllers.ReplicaSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Values;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests.Workloads;

/// <summary>A Deployment with its controllers over the fake API; its pods become ready a second after they are made, but for those of a broken image.</summary>
internal static class DeploymentWorld
{
    public const string Broken = "example/broken:1";

    public static Task In(Func<SimulatedWorld, Task> body) => ControllerWorld.Run(
        (host, context) =>
        {
            DeploymentReconciler.AddTo(host, context);
            ReplicaSetReconciler.AddTo(host, context);
        },
        async world =>
        {
            using var stop = new CancellationTokenSource();
            var nodes = KeepPodsAsync(world, stop.Token);
            await body(world);
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
            stop.Cancel();
#pragma warning restore CA1849
            await nodes;
        });

    public static Deployment Deployment(int replicas, string strategy = """{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}""") =>
        ModelJson.Read<Deployment>($$$$"""
            {"metadata": {"name": "web", "namespace": "shop"},
             "spec": {"replicas": {{{{replicas}}}}, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 60, "strategy": {{{{strategy}}}},
                      "selector": {"matchLabels": {"app": "web"}},
                      "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "example/app:1"}]} } } }
            """);

    public static Deployment Now(SimulatedWorld world) => world.Api.Find<Deployment>("shop", "web")!;

    /// <summary>Writes the Deployment as a person does, whatever the controller writes at the same time.</summary>
    public static void Change(SimulatedWorld world, Func<DeploymentSpec, DeploymentSpec> change)
    {
        var deployment = Now(world);
        world.Api.Put(deployment with { Metadata = deployment.Metadata with { Generation = deployment.Metadata.Generation + 1 }, Spec = change(deployment.Spec) });
    }

    public static DeploymentSpec WithImage(this DeploymentSpec spec, string image) => spec with
    {
        Template = spec.Template with { Spec = spec.Template.Spec with { Containers = spec.Template.Spec.Containers.SetItem(0, spec.Template.Spec.Containers[0] with { Image = image }) } },
    };

    public static Task CompleteAsync(this SimulatedWorld world, string image) => world.UntilAsync($"all pods are of {image}", () =>
    {
        var (deployment, pods) = (Now(world), world.Api.All<Pod>());
        return pods.Count == deployment.Spec.Replicas && pods.All(pod => pod.Spec.Containers[0].Image == image)
            && deployment.Status.AvailableReplicas == pods.Count && deployment.Status.ObservedGeneration == deployment.Metadata.Generation
            && Reason(deployment, "Progressing") == "NewReplicaSetAvailable";
    });

    public static string? Reason(Deployment deployment, string condition) => deployment.Status.Conditions.FirstOrDefault(each => each.Type == condition)?.Reason;

    public static string[] Events(SimulatedWorld world, string reason) =>
        [.. world.Api.All<Event>().Where(item => item.Reason == reason).OrderBy(item => item.FirstTimestamp).Select(item => item.Message)];

    private static async Task KeepPodsAsync(SimulatedWorld world, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var pod in world.Api.All<Pod>().Where(pod => pod.Status.Phase is "" or "Pending" && pod.Spec.Containers[0].Image != Broken))
            {
                if (world.Environment.Time.GetUtcNow() - pod.Metadata.CreationTimestamp >= TimeSpan.FromSeconds(1))
                {
                    world.Api.Put(pod with
                    {
                        Status = new PodStatus
                        {
                            Phase = "Running",
                            Conditions = new[] { new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = world.Environment.Time.GetUtcNow() } }.ToValueList(),
                        },
                    });
                }
            }
            await world.PassAsync(TimeSpan.FromMilliseconds(50));
        }
    }
}
