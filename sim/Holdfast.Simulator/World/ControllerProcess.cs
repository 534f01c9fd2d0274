using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.LeaderElection;
using Holdfast.Controllers.Deployments;
using Holdfast.Controllers.Disruption;
using Holdfast.Controllers.Endpoints;
using Holdfast.Controllers.GarbageCollection;
using Holdfast.Controllers.Jobs;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Controllers.PodGarbageCollection;
using Holdfast.Controllers.ReplicaSets;
using Holdfast.Controllers.Runtime;
using Holdfast.Controllers.Scheduling;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Resources;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Mutants;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.World;

/// <summary>
/// The process with the controllers and the scheduler: it can be killed between any two awaits and started again, with empty caches. Where there
/// are two, they stand for election, as the host has it.
/// </summary>
/// <param name="name">Its name, under which it stands for election.</param>
/// <param name="options">How the run is.</param>
/// <param name="environmentOf">The way to the API server for a process.</param>
/// <param name="cachesOf">The same for its caches.</param>
/// <param name="scheduler">Runs everything.</param>
/// <param name="disks">Removes the data of volumes.</param>
internal sealed class ControllerProcess(
    string name, SimulationOptions options, Func<SimulatedProcess, ClientEnvironment> environmentOf, Func<ClientEnvironment, ClientEnvironment> cachesOf,
    SingleThreadScheduler scheduler, VolumeDisks disks) : RestartableProcess(name, environmentOf, scheduler)
{
    private static readonly string[] Collected =
        ["Pod", "StatefulSet", "ControllerRevision", "PersistentVolumeClaim", "PodDisruptionBudget", "ConfigMap", "ServiceAccount", "Service", "EndpointSlice", "Endpoints"];

    private static readonly string[] Others = ["Deployment", "ReplicaSet", "Job"];

    private bool HasOthers => options.Habits.Contains(UserHabit.RunsOthers);

    private ResourceCodec[] Kinds => [.. ServedKinds.OfModel.Where(codec => Collected.Contains(codec.Type.Kind) || (HasOthers && Others.Contains(codec.Type.Kind)))];

    protected override Task RunAsync(ClientEnvironment environment, SimulatedProcess process, CancellationToken stop)
    {
        var caches = new SharedCaches(cachesOf(environment), Impatient);
        if (!options.HasRival)
            return Host(environment, caches).RunAsync(stop);
        caches.Start(stop);
        return new LeaderElector(GroundTruth.LeadersLease, Name, environment, new LeaderElectionOptions()).RunAsync(
            term => Host(environment with { Transport = new FencedTransport(environment.Transport, term) }, caches).RunOverCachesAsync(term.Ended), stop);
    }

    private ControllerHost Host(ClientEnvironment environment, SharedCaches caches)
    {
        var context = new ControllerContext(environment, caches, new ControllerOptions { Workers = 2 });
        var host = new ControllerHost(context);
        StatefulSetReconciler.AddTo(host, context, new MutantPlanners(options.Mutant, Scheduler.Time).Planner);
        VolumeReconcilers.AddTo(host, context, VolumeDisks.Folder, disks);
        SchedulerReconciler.AddTo(host, context);
        BudgetReconciler.AddTo(host, context);
        GarbageCollector.AddTo(host, context, Kinds);
        NamespaceReconciler.AddTo(host, context, Kinds);
        NodeReconciler.AddTo(host, context, new NodeLifecycleOptions { MonitorGracePeriod = TimeSpan.FromSeconds(25), StartupGracePeriod = TimeSpan.FromSeconds(40) });
        PodGarbageReconciler.AddTo(host, context);
        if (HasOthers)
        {
            DeploymentReconciler.AddTo(host, context);
            ReplicaSetReconciler.AddTo(host, context);
            JobReconciler.AddTo(host, context);
        }
        if (options.HasServices)
            EndpointsReconciler.AddTo(host, context);
        return host;
    }
}
