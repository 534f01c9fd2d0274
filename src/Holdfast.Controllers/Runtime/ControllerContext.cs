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

    /// <summary>Writes that a key's next reconcile is sure to see. Use the name of the controller as upstream has it, for managedFields.</summary>
    /// <typeparam name="TKey">The controller's key.</typeparam>
    /// <param name="fieldManager">Who writes: "statefulset-controller".</param>
    public OwnWrites<TKey> Writes<TKey>(string fieldManager) where TKey : notnull => new(Caches, Environment, fieldManager);

    /// <summary>A recorder of events whose loop the host must start, by <see cref="ControllerHost.Add(EventRecorder)"/>.</summary>
    /// <param name="component">Who speaks, as upstream has it: "statefulset-controller".</param>
    public EventRecorder Events(string component) => new(component, Environment);
}
