using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Bench;

/// <summary>How long a set takes until all its pods are ready.</summary>
/// <param name="client">The server.</param>
/// <param name="image">The image of the pods.</param>
internal sealed class SetMeasurement(KubernetesClient client, string image)
{
    private const string Space = "default";
    private const string Name = "holdfast-bench";

    internal async Task<TimeSpan> MeasureAsync(int replicas, string management, CancellationToken cancellationToken)
    {
        await using var set = await HoldAsync(replicas, cancellationToken, management);
        return set.ReadyAfter;
    }

    /// <summary>Has a set whose pods are all ready until it is let go.</summary>
    /// <param name="replicas">How many pods.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="management">The set's <c>podManagementPolicy</c>.</param>
    internal async Task<HeldSet> HoldAsync(int replicas, CancellationToken cancellationToken, string management = "Parallel")
    {
        // A namespace has its service account only some time after a cluster's start.
        await UntilAsync(async () => await client.FindAsync<ServiceAccount>(Space, "default", cancellationToken) is not null, cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        await client.CreateAsync(Set(Name, replicas, management), cancellationToken);
        await UntilAsync(async () => (await client.GetAsync<StatefulSet>(Space, Name, cancellationToken)).Status.ReadyReplicas == replicas, cancellationToken);
        return new HeldSet(Stopwatch.GetElapsedTime(begun), () => RemoveAsync(cancellationToken));
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await client.DeleteAsync<StatefulSet>(Space, Name, null, cancellationToken);
        var left = new ListQuery { Namespace = Space, LabelSelector = $"app={Name}" };
        await UntilAsync(async () => (await client.ListAsync<Pod>(left, cancellationToken)).Items.Length == 0, cancellationToken);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
    }

    /// <summary>A set of pods that do nothing.</summary>
    /// <param name="name">Its name and that of its pods' label.</param>
    /// <param name="replicas">How many pods.</param>
    /// <param name="management">Its <c>podManagementPolicy</c>.</param>
    internal StatefulSet Set(string name, int replicas, string management) => new()
    {
        Metadata = new ObjectMeta { Namespace = Space, Name = name },
        Spec = new StatefulSetSpec
        {
            Replicas = replicas,
            ServiceName = name,
            PodManagementPolicy = management,
            Selector = new LabelSelector { MatchLabels = ValueMap.Of(("app", name)) },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", name)) },
                Spec = new PodSpec { TerminationGracePeriodSeconds = 0, Containers = [new Container { Name = "app", Image = image }] },
            },
        },
    };
}

/// <summary>A set whose pods are ready; letting it go removes it and waits for its pods' end.</summary>
/// <param name="ReadyAfter">From its creation until all pods were ready.</param>
/// <param name="Remove">Removes it.</param>
internal sealed record HeldSet(TimeSpan ReadyAfter, Func<Task> Remove) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Remove();
}
