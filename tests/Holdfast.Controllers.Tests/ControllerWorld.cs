using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing.Api;

namespace Holdfast.Controllers.Tests;

/// <summary>Runs controllers over the fake API on one thread and simulated time.</summary>
internal static class ControllerWorld
{
    public static Task Run(Action<ControllerHost, ControllerContext> add, Func<SimulatedWorld, Task> body, Action<SimulatedWorld>? before = null)
    {
        var world = new SimulatedWorld(7);
        return world.Run(async () =>
        {
            before?.Invoke(world);
            var context = new ControllerContext(world.Environment, new SharedCaches(world.Environment), new ControllerOptions { Workers = 1 });
            var host = new ControllerHost(context);
            add(host, context);
            using var stop = new CancellationTokenSource();
            var running = host.RunAsync(stop.Token);
            await body(world);
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
            stop.Cancel();
#pragma warning restore CA1849
            await running;
            Assert.Empty(world.Faults);
        });
    }

    public static ObjectMeta Named(string name, string namespaceName = "shop") => new() { Name = name, Namespace = namespaceName };

    public static Pod ReadyPod(string name, string address, params (string Key, string Value)[] labels) => new()
    {
        Metadata = Named(name) with { Labels = ValueMap.Of(labels), Uid = "uid-of-" + name },
        Spec = new PodSpec { Containers = [new Container { Name = "c", Ports = [new ContainerPort { Name = "http", ContainerPortValue = 8080 }] }] },
        Status = new PodStatus
        {
            Phase = "Running",
            PodIP = address,
            PodIPs = [new PodIP { Ip = address }],
            Conditions = [new PodCondition { Type = "Ready", Status = "True" }],
        },
    };

    /// <summary>The node of <see cref="PlacedPod"/>.</summary>
    public static Node PodsNode { get; } = new() { Metadata = Named("n1", "") };

    public static Pod PlacedPod(string name, string address, params (string Key, string Value)[] labels)
    {
        var pod = ReadyPod(name, address, labels);
        return pod with { Spec = pod.Spec with { NodeName = PodsNode.Metadata.Name } };
    }

    public static Pod NotReady(this Pod pod) => pod with
    {
        Status = pod.Status with { Conditions = [new PodCondition { Type = "Ready", Status = "False" }] },
    };
}
