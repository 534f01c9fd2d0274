using System.Runtime.InteropServices;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Node.Planning;

namespace Holdfast.Node.Registration;

/// <summary>The Node object of an agent: a pure function of its options and of the object that is there.</summary>
internal static class NodeObject
{
    public const string KubeletVersion = "v1.36.0-holdfast";

    /// <summary>The labels by which the node is known.</summary>
    public static ValueMap<string> LabelsOf(NodeAgentOptions options)
    {
        var labels = ValueMap.Of(
            ("kubernetes.io/hostname", options.Name), ("kubernetes.io/os", "linux"), ("kubernetes.io/arch", Architecture),
            ("beta.kubernetes.io/os", "linux"), ("beta.kubernetes.io/arch", Architecture));
        if (options.Zone.Length > 0)
            labels = labels.SetItem("topology.kubernetes.io/zone", options.Zone);
        return labels.SetItems(options.Labels);
    }

    /// <summary>A node that is not there yet.</summary>
    public static Core.Node New(NodeAgentOptions options) => Core.Node.Empty with
    {
        Metadata = ObjectMeta.Empty with { Name = options.Name, Labels = LabelsOf(options) },
        Spec = Core.NodeSpec.Empty with { ProviderID = $"holdfast://{options.Name}" },
    };

    /// <summary>The node's status; conditions keep the time of their last change.</summary>
    public static Core.NodeStatus Status(NodeAgentOptions options, Core.NodeStatus before, DateTimeOffset now) => before with
    {
        Capacity = options.Capacity,
        Allocatable = options.Capacity,
        Addresses =
        [
            Core.NodeAddress.Empty with { Type = "InternalIP", Address = options.HostAddress },
            Core.NodeAddress.Empty with { Type = "Hostname", Address = options.Name },
        ],
        NodeInfo = Info(options),
        Conditions = Conditions(before.Conditions, PodStatusBuilder.WholeSeconds(now)),
    };

    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static Core.NodeSystemInfo Info(NodeAgentOptions options) => Core.NodeSystemInfo.Empty with
    {
        Architecture = Architecture,
        ContainerRuntimeVersion = $"{options.Runtime.Info.Name}://{options.Runtime.Info.Version}",
        KernelVersion = Environment.OSVersion.Version.ToString(),
        KubeletVersion = KubeletVersion,
        KubeProxyVersion = KubeletVersion,
        OperatingSystem = "linux",
        OsImage = RuntimeInformation.OSDescription,
        MachineID = options.Name,
        SystemUUID = options.Name,
        BootID = options.Name,
    };

    private static ValueList<Core.NodeCondition> Conditions(ValueList<Core.NodeCondition> before, DateTimeOffset? now)
    {
        Core.NodeCondition[] mine =
        [
            Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ];
        var others = before.Where(condition => mine.All(each => each.Type != condition.Type));
        return others.Concat(mine.Select(condition => Timed(condition, before.FirstOrDefault(each => each.Type == condition.Type), now))).ToValueList();
    }

    private static Core.NodeCondition Timed(Core.NodeCondition condition, Core.NodeCondition? before, DateTimeOffset? now) => condition with
    {
        LastHeartbeatTime = now,
        LastTransitionTime = before?.Status == condition.Status && before.LastTransitionTime is { } kept ? kept : now,
    };

    private static Core.NodeCondition Condition(string type, string status, string reason, string message) =>
        Core.NodeCondition.Empty with { Type = type, Status = status, Reason = reason, Message = message };
}
