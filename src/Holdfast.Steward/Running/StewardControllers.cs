using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Running;

/// <summary>The Steward's pieces over one cluster, put together: what production runs and what the simulator runs.</summary>
public sealed class StewardControllers
{
    // One update of five members with its moves of the leader says as much as Kubernetes' numbers allow in two hours; each is said once, so that there is no flood to stop.
    private static readonly EventRate Rate = new(1000, TimeSpan.FromSeconds(1));

    private readonly StewardCaches _caches;
    private readonly EventRecorder _events;
    private readonly Controller<ResourceKey> _controller;

    /// <summary>Puts the pieces together.</summary>
    /// <param name="context">The world.</param>
    /// <param name="caller">Calls members.</param>
    /// <param name="outside">Asks what is neither the API server's objects nor a member: gates, and the last lines of a pod.</param>
    public StewardControllers(ControllerContext context, MemberCaller caller, IOutside outside)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(outside);
        var (environment, client) = (context.Environment, new KubernetesClient(context.Environment.Transport, StewardNames.FieldManager, "steward"));
        _caches = new StewardCaches(context.Caches);
        _events = context.Events("holdfast-steward", StewardNames.FieldManager, Rate);
        Watches = new MemberWatches(caller, environment, key => _controller!.Queue.Add(key));
        var notes = new TargetNotes(
            new CallNotes(environment.Time), new GateNotes(outside, environment.Time), new EvidenceNotes(outside, environment.Time), new SnapshotNotes(client, environment.Time),
            new BackupNotes(new OutsideNumbers(outside), environment.Time), new EvictionNotes(environment.Time));
        var observer = new TargetObserver(_caches, Watches, notes, environment.Time);
        var book = new StewardBook(_caches, observer, Watches, new CertificateBook(client, environment.Time));
        var metrics = new StewardMetrics(environment.Metrics, environment.Time);
        var writes = context.Writes<ResourceKey>("steward", StewardNames.FieldManager);
        _controller = _caches.AddSources(new Controller<ResourceKey>("steward", new StewardReconciler(_caches, book, notes, caller, writes, _events, metrics), context, writes));
        Answerer = new StewardAnswerer(_caches, client, new EvictionGate(_caches, book, notes.Evictions, client, _events, metrics, environment.Time));
    }

    /// <summary>What members said.</summary>
    public MemberWatches Watches { get; }

    /// <summary>Answers the API server's questions.</summary>
    public IAdmissionAnswerer Answerer { get; }

    /// <summary>Adds the controllers to a host.</summary>
    /// <param name="host">The host.</param>
    public void AddTo(ControllerHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        host.Add(_events).Add(_controller);
    }
}
