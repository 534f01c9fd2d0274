namespace Holdfast.Host;

/// <summary>Holds the first reason why the cluster cannot go on.</summary>
internal sealed class ClusterFaults
{
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first reason, in words.</summary>
    internal Task<string> First => _first.Task;

    /// <summary>Reports a reason; only the first one counts.</summary>
    internal void Report(string reason) => _first.TrySetResult(reason);
}
