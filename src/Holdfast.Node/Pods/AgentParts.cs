using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Node.Hooks;
using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;
using Holdfast.Node.Variables;
using Holdfast.Node.Volumes;
using Holdfast.Platform;

namespace Holdfast.Node.Pods;

/// <summary>What the workers of one agent share.</summary>
internal sealed record AgentParts(
    NodeAgentOptions Options, ClientEnvironment Environment, KubernetesClient Client, NodePaths Paths,
    PodVolumes Volumes, IEventRecorder Events, Prober Prober, LifecycleHooks Hooks)
{
    public IContainerRuntime Runtime => Options.Runtime;

    public TimeProvider Time => Environment.Time;

    public PodFacts Facts(string podAddress) => new(podAddress, Options.HostAddress, Options.Capacity, Options.ApiServer);

    public void Tell(Core.Pod pod, string container, bool isWarning, string reason, string message) =>
        Events.Record(new EventNote(PodReference.Of(pod, container), isWarning ? "Warning" : "Normal", reason, message));

    public void Log(LogSeverity severity, string message, Exception? error = null) =>
        Environment.Log.Write(new LogEntry(severity, $"node {Options.Name}", message, error));
}

/// <summary>Names a pod, or one container of it, in events.</summary>
internal static class PodReference
{
    public static Core.ObjectReference Of(Core.Pod pod, string container) => Core.ObjectReference.Empty with
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Namespace = pod.Metadata.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
        ResourceVersion = pod.Metadata.ResourceVersion,
        FieldPath = container.Length == 0 ? "" : $"spec.{Kind(pod, container)}{{{container}}}",
    };

    private static string Kind(Core.Pod pod, string container) =>
        pod.Spec.InitContainers.Any(each => each.Name == container) ? "initContainers"
        : pod.Spec.EphemeralContainers.Any(each => each.Name == container) ? "ephemeralContainers" : "containers";
}
