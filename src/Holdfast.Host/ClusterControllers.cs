using Holdfast.Client;
using Holdfast.Client.Caching;
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

/// <summary>The controllers and the scheduler, over caches that they share.</summary>
internal sealed class ClusterControllers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ControllerHost _host;
    private readonly ITaskRunner _runner;
    private Task _running = Task.CompletedTask;

    private ClusterControllers(ControllerHost host, ControllerContext context)
    {
        (_host, Caches, _runner) = (host, context.Caches, context.Environment.Runner);
    }

    /// <summary>The caches, started with the controllers.</summary>
    internal SharedCaches Caches { get; }

    /// <summary>The names of the controllers.</summary>
    internal IEnumerable<string> Names => _host.Controllers.Select(controller => controller.Name);

    /// <summary>Puts the controllers together.</summary>
    internal static ClusterControllers Make(
        ClientEnvironment environment, IReadOnlyList<ResourceCodec> kinds, string volumesFolder, string certificateAuthority)
    {
        var context = new ControllerContext(environment, new SharedCaches(environment), new ControllerOptions());
        var host = new ControllerHost(context);
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
        return new ClusterControllers(host, context);
    }

    /// <summary>Starts them; when this ends, their caches have been filled.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        _running = _runner.Start("controllers", _host.RunAsync, _stop.Token);
        await Caches.WaitForSyncAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
