using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;

namespace Holdfast.Controllers.Runtime;

/// <summary>What a controller is made from.</summary>
/// <param name="Environment">The server and the world.</param>
/// <param name="Caches">The process's caches.</param>
/// <param name="Options">How controllers run, unless one says otherwise.</param>
public sealed record ControllerContext(ClientEnvironment Environment, SharedCaches Caches, ControllerOptions Options)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => Environment.Time;

    /// <summary>The name under which Kubernetes' controllers write, all of them, for managedFields.</summary>
    public const string ControllerManager = "kube-controller-manager";

    /// <summary>Writes that a key's next reconcile is sure to see.</summary>
    /// <typeparam name="TKey">The controller's key.</typeparam>
    /// <param name="component">Which controller writes, as upstream has it: "statefulset-controller".</param>
    /// <param name="fieldManager">Under which name it writes.</param>
    public OwnWrites<TKey> Writes<TKey>(string component, string fieldManager = ControllerManager) where TKey : notnull =>
        new(Caches, Environment, component, fieldManager);

    /// <summary>A recorder of events whose loop the host must start, by <see cref="ControllerHost.Add(EventRecorder)"/>.</summary>
    /// <param name="component">Who speaks, as upstream has it: "statefulset-controller".</param>
    /// <param name="fieldManager">Under which name the events are written.</param>
    /// <param name="rate">How much may be said about one object; null for Kubernetes' own numbers.</param>
    public EventRecorder Events(string component, string fieldManager = ControllerManager, EventRate? rate = null) => new(component, Environment, fieldManager: fieldManager, rate: rate);
}
