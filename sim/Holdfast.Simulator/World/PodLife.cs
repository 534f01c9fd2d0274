using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.World;

/// <summary>
/// One pod on a simulated node from its binding to its end: what a node agent does, as far as the API can see it. The
/// processes in the <see cref="ProcessTable"/> are the truth; the API is told afterwards, over a way that loses and delays.
/// </summary>
internal sealed class PodLife(Pod pod, NodeParts parts)
{
    private readonly TaskCompletionSource _terminating = Completions.Source();
    private readonly TaskCompletionSource _failing = Completions.Source();
    private PodProcess? _process;

    private string Name => pod.Metadata.Name;

    public void See(Pod current)
    {
        if (current.Metadata.DeletionTimestamp is not null)
            End();
    }

    public void End() => _terminating.TrySetResult();

    public void Fail() => _failing.TrySetResult();

    public async Task RunAsync(CancellationToken stop)
    {
        if (!await PausedOverAsync(parts.Options.StartDelay, stop) && await TryStartAsync(stop))
        {
            await ShowAsync("Running", false, stop);
            if (!await PausedOverAsync(parts.Options.ReadyDelay, stop))
            {
                parts.Processes.SetReady(_process!, true);
                parts.Story.Tell(parts.NodeName, $"{Name} is ready");
                await ShowAsync("Running", true, stop);
                await Task.WhenAny(_terminating.Task, _failing.Task);
                if (_failing.Task.IsCompleted)
                    await FailAsync(stop);
            }
        }
        await _terminating.Task;
        await EndAsync(stop);
    }

    private async Task<bool> TryStartAsync(CancellationToken stop)
    {
        var volumes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes.Where(volume => volume.PersistentVolumeClaim is not null))
        {
            var claim = await AskAsync(client => client.GetAsync<PersistentVolumeClaim>(pod.Metadata.Namespace, volume.PersistentVolumeClaim!.ClaimName, stop), stop);
            var bound = await AskAsync(client => client.GetAsync<PersistentVolume>("", claim.Spec.VolumeName, stop), stop);
            volumes[claim.Metadata.Name] = bound.Spec.Local?.Path ?? "";
        }
        // The pod may have been asked to go while its volumes were looked up.
        if (_terminating.Task.IsCompleted)
            return false;
        _process = new PodProcess(Name, pod.Metadata.Uid, parts.NodeName, pod.Spec.Containers[0].Image, volumes);
        parts.Processes.Start(_process);
        parts.Story.Tell(parts.NodeName, $"{Name} runs {_process.Image}");
        foreach (var (claim, path) in volumes)
            parts.OnMount(_process, claim, parts.Disks.Mount(parts.NodeName, path, Name));
        return true;
    }

    private async Task FailAsync(CancellationToken stop)
    {
        parts.Processes.End(_process!);
        parts.Story.Tell(parts.NodeName, $"{Name} has failed");
        await ShowAsync("Failed", false, stop);
    }

    private async Task EndAsync(CancellationToken stop)
    {
        if (_process is { } process && parts.Processes.Live.Contains(process))
        {
            parts.Processes.SetReady(process, false);
            if (parts.Options.Mutant == Mutant.ConfirmsEndTooSoon)
                await ConfirmAsync(stop);
            await parts.Environment.Time.DelayAsync(parts.Options.StopDelay * parts.Chance.NextDouble(), stop);
            parts.Processes.End(process);
            parts.Story.Tell(parts.NodeName, $"{Name} has ended");
        }
        await ConfirmAsync(stop);
    }

    /// <summary>The last word of a node agent: a deletion without grace, of this very pod.</summary>
    private Task<bool> ConfirmAsync(CancellationToken stop) => AskAsync(async client =>
    {
        try
        {
            var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
            await client.DeleteAsync<Pod>(pod.Metadata.Namespace, Name, options, stop);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            return false;
        }
    }, stop);

    private Task<bool> ShowAsync(string phase, bool isReady, CancellationToken stop) => AskAsync(async client =>
    {
        var current = await client.FindAsync<Pod>(pod.Metadata.Namespace, Name, stop);
        if (current is null || current.Metadata.Uid != pod.Metadata.Uid)
            return false;
        var ready = new PodCondition { Type = "Ready", Status = isReady ? "True" : "False", LastTransitionTime = parts.Environment.Time.GetUtcNow() };
        var conditions = current.Status.Conditions.Where(condition => condition.Type != "Ready").Append(ready);
        await client.UpdateStatusAsync(current with { Status = current.Status with { Phase = phase, Conditions = [.. conditions] } }, stop);
        return true;
    }, stop);

    /// <summary>Asks until there is an answer; a pod that goes meanwhile is no reason to give up, its end is confirmed the same way.</summary>
    private async Task<T> AskAsync<T>(Func<KubernetesClient, Task<T>> ask, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await ask(parts.Client);
            }
            catch (ApiException error) when (error.IsRetriable || error.IsConflict || error.IsNotFound)
            {
                await parts.Environment.Time.DelayAsync(TimeSpan.FromMilliseconds(50 + parts.Chance.Next(200)), stop);
            }
        }
    }

    private async Task<bool> PausedOverAsync(TimeSpan longest, CancellationToken stop)
    {
        await Task.WhenAny(parts.Environment.Time.DelayAsync(longest * parts.Chance.NextDouble(), stop), _terminating.Task);
        return _terminating.Task.IsCompleted;
    }
}
