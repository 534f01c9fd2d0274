using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;

namespace Holdfast.Cli.Demo;

/// <summary>Drains nodes as <c>kubectl drain</c> does: no new pods, an eviction of every pod, again while it is refused with 429, and the wait until all are gone.</summary>
/// <param name="client">The cluster.</param>
/// <param name="say">Takes a line of progress.</param>
internal sealed class NodeDrain(KubernetesClient client, Action<string> say)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Drains a node.</summary>
    /// <returns>The refusals that it met, in words.</returns>
    /// <exception cref="PromiseBrokenException">It did not end in time.</exception>
    internal async Task<IReadOnlyList<string>> DrainAsync(string node, CancellationToken cancellationToken)
    {
        say($"drain {node}");
        await CordonAsync(node, isOn: true, cancellationToken);
        var refusals = new List<string>();
        using var limit = new CancellationTokenSource(Patience);
        var pods = (await client.ListAsync<Pod>(new ListQuery(), cancellationToken)).Items.Where(pod => pod.Spec.NodeName == node).ToArray();
        foreach (var pod in pods)
        {
            while (await EvictAsync(pod, cancellationToken) is { } refusal)
            {
                if (refusals.LastOrDefault() != refusal)
                {
                    say($"  refused: {refusal}");
                    refusals.Add(refusal);
                }
                PromiseBrokenException.Unless(!limit.IsCancellationRequested, $"{node} was not drained within {Patience.TotalSeconds:0} s: {refusal}");
                await Task.Delay(Again, TimeProvider.System, cancellationToken);
            }
            while ((await client.FindAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, cancellationToken))?.Metadata.Uid == pod.Metadata.Uid)
            {
                PromiseBrokenException.Unless(!limit.IsCancellationRequested, $"{pod.Metadata.Name} did not end within {Patience.TotalSeconds:0} s of its eviction");
                await Task.Delay(Glance, TimeProvider.System, cancellationToken);
            }
        }
        return refusals;
    }

    /// <summary>Lets a node take pods again.</summary>
    internal Task UncordonAsync(string node, CancellationToken cancellationToken) => CordonAsync(node, isOn: false, cancellationToken);

    private Task<Model.Core.Node> CordonAsync(string node, bool isOn, CancellationToken cancellationToken) => client.PatchAsync<Model.Core.Node>(
        "", node, PatchForm.Merge, Encoding.UTF8.GetBytes($"{{\"spec\":{{\"unschedulable\":{(isOn ? "true" : "null")}}}}}"), cancellationToken);

    private async Task<string?> EvictAsync(Pod pod, CancellationToken cancellationToken)
    {
        var eviction = new Eviction
        {
            Metadata = new ObjectMeta { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace },
            DeleteOptions = new DeleteOptions { Preconditions = new Preconditions { Uid = pod.Metadata.Uid } },
        };
        try
        {
            await client.PostAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, "eviction", eviction, cancellationToken);
            return null;
        }
        catch (ApiException error) when (error.Code == 429)
        {
            return error.Message;
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // It is gone, or another pod has its name by now.
            return null;
        }
    }
}
