using System.Globalization;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Controllers.Tests.Runtime;

/// <summary>
/// A controller that makes as many pods as a config map asks for, each with a name that the server makes up: with such names a stale
/// cache shows at once, as too many pods.
/// </summary>
internal sealed class CounterReconciler(ResourceCache<ConfigMap> maps, ResourceCache<Pod> pods, OwnWrites<ResourceKey> writes) : IReconciler<ResourceKey>
{
    public int MostAtOnce { get; private set; }

    public int Runs { get; private set; }

    /// <summary>How many objects a run is said to look at.</summary>
    public int Size { get; set; }

    /// <summary>What the last run was given to end it.</summary>
    public CancellationToken Token { get; private set; }

    public Func<ResourceKey, Task> DuringRun { get; set; } = _ => Task.CompletedTask;

    private readonly Dictionary<ResourceKey, int> _running = [];

    public static Controller<ResourceKey> Create(ControllerContext context, out CounterReconciler reconciler)
    {
        var maps = context.Caches.Get<ConfigMap>();
        var pods = context.Caches.Get<Pod>();
        var writes = context.Writes<ResourceKey>("counter-controller");
        var made = reconciler = new CounterReconciler(maps, pods, writes);
        return new Controller<ResourceKey>("counter", made, context, writes)
            .WatchOwn(maps)
            .WatchOwned(pods, ConfigMap.ResourceType)
            .Gather(_ => made.Size);
    }

    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        Runs++;
        Token = cancellationToken;
        _running[key] = _running.GetValueOrDefault(key) + 1;
        MostAtOnce = Math.Max(MostAtOnce, _running[key]);
        try
        {
            await DuringRun(key);
            return maps.Find(key) is { } map
                ? await ScaleAsync(map, writes.ClientFor(key), cancellationToken)
                : ReconcileResult.Done;
        }
        finally
        {
            _running[key]--;
        }
    }

    private async Task<ReconcileResult> ScaleAsync(ConfigMap map, KubernetesClient client, CancellationToken cancellationToken)
    {
        var wanted = int.Parse(map.Data.GetValueOrDefault("pods") ?? "0", CultureInfo.InvariantCulture);
        var existing = pods.OwnedBy(map.Metadata.Uid).Where(pod => pod.Metadata.DeletionTimestamp is null).ToList();
        for (var i = existing.Count; i < wanted; i++)
            await client.CreateAsync(PodOf(map), cancellationToken);
        foreach (var pod in existing.Skip(wanted))
        {
            await client.DeleteAsync<Pod>(
                pod.Metadata.Namespace, pod.Metadata.Name,
                DeleteOptions.Empty with { Preconditions = Preconditions.Empty with { Uid = pod.Metadata.Uid } }, cancellationToken);
        }
        return ReconcileResult.Done;
    }

    private static Pod PodOf(ConfigMap map) => Pod.Empty with
    {
        Metadata = ObjectMeta.Empty with
        {
            Namespace = map.Metadata.Namespace,
            GenerateName = map.Metadata.Name + "-",
            OwnerReferences =
                [OwnerReference.Empty with { ApiVersion = "v1", Kind = "ConfigMap", Name = map.Metadata.Name, Uid = map.Metadata.Uid, Controller = true }],
        },
    };
}
