using Holdfast.Network.Services;

namespace Holdfast.Network.Dns.Zone;

/// <summary>The inlet of what the cluster's DNS answers: Services, EndpointSlices and Pods.</summary>
public interface IDnsZoneWriter : IServiceTable
{
    /// <summary>Adds a pod or puts it in place of the one with the same key.</summary>
    /// <param name="pod">The pod as it is now.</param>
    void SetPod(PodRecord pod);

    /// <summary>Takes a pod away; unknown ones are ignored.</summary>
    /// <param name="key">The pod's key.</param>
    void RemovePod(NetworkKey key);
}
