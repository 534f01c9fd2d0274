using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What a container has when its author does not say.</summary>
internal static class ContainerDefaults
{
    private const string TerminationMessagePath = "/dev/termination-log";

    public static Container Apply(Container container) => container with
    {
        ImagePullPolicy = container.ImagePullPolicy.Or(ImageReference.DefaultPullPolicy(container.Image)),
        TerminationMessagePath = container.TerminationMessagePath.Or(TerminationMessagePath),
        TerminationMessagePolicy = container.TerminationMessagePolicy.Or("File"),
        Ports = container.Ports.Rewrite(Port),
        Env = container.Env.Rewrite(Variable),
        Resources = Resources(container.Resources),
        LivenessProbe = Probe(container.LivenessProbe),
        ReadinessProbe = Probe(container.ReadinessProbe),
        StartupProbe = Probe(container.StartupProbe),
        Lifecycle = Hooks(container.Lifecycle),
    };

    public static EphemeralContainer Apply(EphemeralContainer container) => container with
    {
        ImagePullPolicy = container.ImagePullPolicy.Or(ImageReference.DefaultPullPolicy(container.Image)),
        TerminationMessagePath = container.TerminationMessagePath.Or(TerminationMessagePath),
        TerminationMessagePolicy = container.TerminationMessagePolicy.Or("File"),
        Ports = container.Ports.Rewrite(Port),
        Env = container.Env.Rewrite(Variable),
        Resources = Resources(container.Resources),
        LivenessProbe = Probe(container.LivenessProbe),
        ReadinessProbe = Probe(container.ReadinessProbe),
        StartupProbe = Probe(container.StartupProbe),
        Lifecycle = Hooks(container.Lifecycle),
    };

    /// <summary>A container of a pod itself, not of a template: what is limited and not requested is requested up to its limit.</summary>
    public static Container RequestLimits(Container container)
    {
        var requests = container.Resources.Requests;
        foreach (var (name, limit) in container.Resources.Limits)
        {
            if (!requests.ContainsKey(name))
            {
                requests = requests.SetItem(name, limit);
            }
        }
        return requests == container.Resources.Requests
            ? container
            : container with { Resources = container.Resources with { Requests = requests } };
    }

    /// <summary>On the host's network a container's ports are the host's.</summary>
    public static Container UseHostPorts(Container container) => container with
    {
        Ports = container.Ports.Rewrite(port => port.HostPort == 0 ? port with { HostPort = port.ContainerPortValue } : port),
    };

    public static ResourceRequirements Resources(ResourceRequirements resources)
    {
        var (limits, requests) = (ResourceAmounts.RoundUp(resources.Limits), ResourceAmounts.RoundUp(resources.Requests));
        return limits == resources.Limits && requests == resources.Requests
            ? resources
            : resources with { Limits = limits, Requests = requests };
    }

    private static ContainerPort Port(ContainerPort port) => port.Protocol.Length == 0 ? port with { Protocol = "TCP" } : port;

    private static EnvVar Variable(EnvVar variable) => variable.ValueFrom switch
    {
        { FieldRef: { ApiVersion: "" } field } source => variable with { ValueFrom = source with { FieldRef = field with { ApiVersion = "v1" } } },
        { FileKeyRef: { Optional: null } file } source => variable with { ValueFrom = source with { FileKeyRef = file with { Optional = false } } },
        _ => variable,
    };

    private static Probe? Probe(Probe? probe) => probe is null ? null : probe with
    {
        TimeoutSeconds = probe.TimeoutSeconds == 0 ? 1 : probe.TimeoutSeconds,
        PeriodSeconds = probe.PeriodSeconds == 0 ? 10 : probe.PeriodSeconds,
        SuccessThreshold = probe.SuccessThreshold == 0 ? 1 : probe.SuccessThreshold,
        FailureThreshold = probe.FailureThreshold == 0 ? 3 : probe.FailureThreshold,
        HttpGet = HttpGet(probe.HttpGet),
        Grpc = probe.Grpc is { Service: null } grpc ? grpc with { Service = "" } : probe.Grpc,
    };

    private static Lifecycle? Hooks(Lifecycle? hooks) => hooks is null ? null : hooks with
    {
        PostStart = Hook(hooks.PostStart),
        PreStop = Hook(hooks.PreStop),
    };

    private static LifecycleHandler? Hook(LifecycleHandler? hook) => hook is null ? null : hook with { HttpGet = HttpGet(hook.HttpGet) };

    private static HTTPGetAction? HttpGet(HTTPGetAction? action) => action is null ? null : action with
    {
        Path = action.Path.Or("/"),
        Scheme = action.Scheme.Or("HTTP"),
    };
}
