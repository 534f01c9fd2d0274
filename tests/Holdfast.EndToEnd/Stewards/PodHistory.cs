using System.Collections.Concurrent;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>Every pod of the ledger that there was since, and how many members had none that stays at the same time.</summary>
internal sealed class PodHistory : IAsyncDisposable
{
    private const int Members = 3;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> _uids = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public PodHistory(KubernetesClient client) => _running = RunAsync(client);

    /// <summary>The most members that were away at once: without a pod, or with one that goes.</summary>
    public int MostAway { get; private set; }

    /// <summary>The uids of a member's pods.</summary>
    public IReadOnlyCollection<string> UidsOf(string member) => [.. _uids.GetValueOrDefault(member, []).Keys];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(KubernetesClient client)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var pods = (await client.ListAsync<Pod>(new ListQuery { Namespace = "default", LabelSelector = "app.kubernetes.io/name=ledger-store" }, _stop.Token)).Items;
                foreach (var pod in pods)
                    _uids.GetOrAdd(pod.Metadata.Name, _ => []).TryAdd(pod.Metadata.Uid, true);
                MostAway = Math.Max(MostAway, Members - pods.Count(pod => pod.Metadata.DeletionTimestamp is null));
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
