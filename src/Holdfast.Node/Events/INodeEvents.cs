namespace Holdfast.Node.Events;

/// <summary>Where the agent tells people what happened. Never waits and never throws.</summary>
public interface INodeEvents
{
    /// <summary>Tells one thing.</summary>
    /// <param name="about">The object it happened to.</param>
    /// <param name="isWarning">Whether something went wrong.</param>
    /// <param name="reason">One word for it, as the kubelet has it: <c>Pulled</c>.</param>
    /// <param name="message">What happened.</param>
    void Record(Core.ObjectReference about, bool isWarning, string reason, string message);
}

/// <summary>Tells nobody: for measurements, and runtimes that run nothing.</summary>
public sealed class NoEvents : INodeEvents
{
    /// <inheritdoc/>
    public void Record(Core.ObjectReference about, bool isWarning, string reason, string message)
    {
    }
}

/// <summary>The words the agent uses as reasons, those of the kubelet.</summary>
internal static class EventReason
{
    public const string Pulled = "Pulled";
    public const string Created = "Created";
    public const string Started = "Started";
    public const string Killing = "Killing";
    public const string Unhealthy = "Unhealthy";
    public const string BackOff = "BackOff";
    public const string Failed = "Failed";
    public const string FailedMount = "FailedMount";
    public const string FailedSandbox = "FailedCreatePodSandBox";
    public const string FailedPostStart = "FailedPostStartHook";
    public const string FailedPreStop = "FailedPreStopHook";
    public const string FailedKill = "FailedKillPod";
}
