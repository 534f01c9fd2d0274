using System.Collections.Immutable;

namespace Holdfast.Network.Services;

/// <summary>
/// An immutable snapshot of Services with their EndpointSlices. A change makes a new snapshot that shares all it can
/// with the old one, so that it costs the logarithm of the cluster's size, not the cluster.
/// </summary>
public sealed class ServiceSet
{
    private readonly ImmutableDictionary<NetworkKey, ServiceState> _services;
    private readonly ImmutableDictionary<NetworkKey, NetworkKey> _serviceOfSlice;

    private ServiceSet(
        ImmutableDictionary<NetworkKey, ServiceState> services,
        ImmutableDictionary<NetworkKey, NetworkKey> serviceOfSlice)
    {
        _services = services;
        _serviceOfSlice = serviceOfSlice;
    }

    /// <summary>No Service.</summary>
    public static ServiceSet Empty { get; } =
        new(ImmutableDictionary<NetworkKey, ServiceState>.Empty, ImmutableDictionary<NetworkKey, NetworkKey>.Empty);

    /// <summary>Every Service known, and those of which only slices are known.</summary>
    public IEnumerable<KeyValuePair<NetworkKey, ServiceState>> All => _services;

    /// <summary>Finds what is known of a Service.</summary>
    /// <param name="key">The Service's key.</param>
    /// <returns>Its state; empty when nothing is known.</returns>
    public ServiceState Find(NetworkKey key) => _services.GetValueOrDefault(key, ServiceState.Empty);

    /// <summary>Finds the Service that a slice belongs to.</summary>
    /// <param name="sliceKey">The slice's key.</param>
    /// <returns>The Service's key, or null for an unknown slice.</returns>
    public NetworkKey? ServiceOf(NetworkKey sliceKey) =>
        _serviceOfSlice.TryGetValue(sliceKey, out var service) ? service : null;

    /// <summary>The snapshot with a Service added or replaced.</summary>
    /// <param name="service">The Service.</param>
    /// <returns>The new snapshot.</returns>
    public ServiceSet With(ServiceRecord service) => Put(service.Key, Find(service.Key) with { Service = service }, _serviceOfSlice);

    /// <summary>The snapshot without a Service; its slices stay until they are removed themselves.</summary>
    /// <param name="key">The Service's key.</param>
    /// <returns>The new snapshot.</returns>
    public ServiceSet WithoutService(NetworkKey key) => Put(key, Find(key) with { Service = null }, _serviceOfSlice);

    /// <summary>The snapshot with a slice added or replaced.</summary>
    /// <param name="slice">The slice.</param>
    /// <returns>The new snapshot.</returns>
    public ServiceSet With(EndpointSliceRecord slice)
    {
        var rest = ServiceOf(slice.Key) is { } before && before != slice.ServiceKey ? WithoutSlice(slice.Key) : this;
        var state = rest.Find(slice.ServiceKey);
        return rest.Put(
            slice.ServiceKey,
            state with { Slices = state.Slices.SetItem(slice.Name, slice) },
            rest._serviceOfSlice.SetItem(slice.Key, slice.ServiceKey));
    }

    /// <summary>The snapshot without a slice.</summary>
    /// <param name="key">The slice's key.</param>
    /// <returns>The new snapshot.</returns>
    public ServiceSet WithoutSlice(NetworkKey key)
    {
        if (ServiceOf(key) is not { } service)
        {
            return this;
        }

        var state = Find(service);
        return Put(service, state with { Slices = state.Slices.Remove(key.Name) }, _serviceOfSlice.Remove(key));
    }

    private ServiceSet Put(NetworkKey key, ServiceState state, ImmutableDictionary<NetworkKey, NetworkKey> serviceOfSlice) =>
        new(state.IsEmpty ? _services.Remove(key) : _services.SetItem(key, state), serviceOfSlice);
}
