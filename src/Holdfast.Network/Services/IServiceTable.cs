namespace Holdfast.Network.Services;

/// <summary>
/// The inlet of Services and their endpoints. A controller tells each change as it sees it; telling the same thing
/// twice, or in another order, ends in the same state. Every call is cheap and none waits. Safe for several callers.
/// </summary>
public interface IServiceTable
{
    /// <summary>Adds a Service or puts it in place of the one with the same key.</summary>
    /// <param name="service">The Service as it is now.</param>
    void SetService(ServiceRecord service);

    /// <summary>Takes a Service away; unknown ones are ignored.</summary>
    /// <param name="key">The Service's key.</param>
    void RemoveService(NetworkKey key);

    /// <summary>Adds an EndpointSlice or puts it in place of the one with the same key, also when it changed its Service.</summary>
    /// <param name="slice">The slice as it is now.</param>
    void SetEndpointSlice(EndpointSliceRecord slice);

    /// <summary>Takes an EndpointSlice away; unknown ones are ignored.</summary>
    /// <param name="key">The slice's key.</param>
    void RemoveEndpointSlice(NetworkKey key);
}
