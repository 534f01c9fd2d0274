namespace Holdfast.Node.Events;

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
    public const string FailedToken = "FailedToCreateToken";
}
