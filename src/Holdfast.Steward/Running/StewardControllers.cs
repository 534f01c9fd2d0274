using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Running;

/// <summary>The Steward's pieces over one cluster, put together: what production runs and what the simulator runs.</summary>
public sealed class StewardControllers
{
    private readonly StewardCaches _caches;
    private readonly EventRecorder _events;
    private readonly Controller<ResourceKey> _controller;

    /// <summary>Puts the pieces together.</summary>
    /// <param name="context">The world.</param>
    /// <param name="caller">Calls members.</param>
    public StewardControllers(ControllerContext context, MemberCaller caller)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(caller);
        var (environment, client) = (context.Environment, new KubernetesClient(context.Environment.Transport, StewardNames.FieldManager, "steward"));
        _caches = new StewardCaches(context.Caches);
        _events = context.Events("holdfast-steward", StewardNames.FieldManager);
        Watches = new MemberWatches(caller, environment, key => _controller!.Queue.Add(key));
        var calls = new CallNotes(environment.Time);
        var observer = new TargetObserver(_caches, Watches, calls, environment.Time);
        var book = new StewardBook(_caches, observer, Watches, new CertificateBook(client, environment.Time));
        var writes = context.Writes<ResourceKey>("steward", StewardNames.FieldManager);
        _controller = _caches.AddSources(new Controller<ResourceKey>("steward", new StewardReconciler(_caches, book, caller, calls, writes, _events), context, writes));
        Answerer = new StewardAnswerer(_caches, client, new EvictionGate(_caches, book, client, _events));
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
