using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.LeaderElection;
using Holdfast.Controllers.CronJobs;
using Holdfast.Controllers.Deployments;
using Holdfast.Controllers.Disruption;
using Holdfast.Controllers.Endpoints;
using Holdfast.Controllers.GarbageCollection;
using Holdfast.Controllers.Jobs;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.PodGarbageCollection;
using Holdfast.Controllers.ReplicaSets;
using Holdfast.Controllers.Roles;
using Holdfast.Controllers.Runtime;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.ServiceAccounts;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>
/// The controllers and the scheduler, over caches that they share. They run while this process holds their lease, and every write of theirs depends
/// on that; when the lease is lost they end, and are made anew with the next term.
/// </summary>
internal sealed class ClusterControllers : IAsyncDisposable
{
    /// <summary>The lease, as kube-controller-manager calls its own.</summary>
    internal static readonly Client.Caching.ResourceKey Lease = new("kube-system", "kube-controller-manager");

    // Whoever holds the data folder is the only one there can be: a new process takes the lease of the one before at once, with a higher term.
    private const string Identity = "holdfast";

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopCaches = new();
    private readonly ClientEnvironment _environment;
    private readonly Action<ControllerHost, ControllerContext> _add;
    private readonly TaskCompletionSource _begun = Completions.Source();
    private Task _running = Task.CompletedTask;

    private ClusterControllers(ClientEnvironment environment, Action<ControllerHost, ControllerContext> add) =>
        (_environment, _add, Caches) = (environment, add, new SharedCaches(environment));

    /// <summary>The caches, started with the controllers.</summary>
    internal SharedCaches Caches { get; }

    /// <summary>The names of the controllers.</summary>
    internal IEnumerable<string> Names { get; private set; } = [];

    /// <summary>Puts the controllers together.</summary>
    internal static ClusterControllers Make(
        ClientEnvironment environment, IReadOnlyList<ResourceCodec> kinds, string volumesFolder, string certificateAuthority) => new(environment, (host, context) =>
        {
            StatefulSetReconciler.AddTo(host, context);
            DeploymentReconciler.AddTo(host, context);
            ReplicaSetReconciler.AddTo(host, context);
            JobReconciler.AddTo(host, context);
            CronJobReconciler.AddTo(host, context);
            SchedulerReconciler.AddTo(host, context);
            VolumeReconcilers.AddTo(host, context, volumesFolder, new DirectoryVolumes(volumesFolder));
            EndpointsReconciler.AddTo(host, context);
            BudgetReconciler.AddTo(host, context);
            ServiceAccountReconciler.AddTo(host, context, certificateAuthority);
            NamespaceReconciler.AddTo(host, context, kinds);
            GarbageCollector.AddTo(host, context, kinds);
            NodeReconciler.AddTo(host, context);
            PodGarbageReconciler.AddTo(host, context);
            RoleReconciler.AddTo(host, context);
        });

    /// <summary>Starts them; when this ends, they lead and their caches have been filled.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        var elector = new LeaderElector(Lease, Identity, _environment, new LeaderElectionOptions());
        Caches.Start(_stopCaches.Token);
        _running = _environment.Runner.Start("controllers", stop => elector.RunAsync(LeadAsync, stop), _stop.Token);
        await _begun.Task.WaitAsync(cancellationToken);
        await Caches.WaitForSyncAsync(cancellationToken);
    }

    private Task LeadAsync(LeaderTerm term)
    {
        var environment = _environment with { Transport = new FencedTransport(_environment.Transport, term) };
        var context = new ControllerContext(environment, Caches, new ControllerOptions());
        var host = new ControllerHost(context);
        _add(host, context);
        Names = [.. host.Controllers.Select(controller => controller.Name)];
        _begun.TrySetResult();
        return host.RunOverCachesAsync(term.Ended);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _stopCaches.CancelAsync();
        await Caches.WaitForStopAsync();
        _stop.Dispose();
        _stopCaches.Dispose();
    }
}
