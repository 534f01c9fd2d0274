using System.Globalization;
using Holdfast.Model.Values;

namespace Holdfast.Node.Variables;

/// <summary>What is known of a pod besides its object, for variables and files.</summary>
/// <param name="PodAddress">The pod's address; empty before it has one.</param>
/// <param name="HostAddress">The node's address.</param>
/// <param name="Capacity">What the node has to give.</param>
/// <param name="ApiServer">Where the API server listens.</param>
internal sealed record PodFacts(string PodAddress, string HostAddress, ValueMap<Quantity> Capacity, ApiServerAddress? ApiServer)
{
    public string ApiServerPort => (ApiServer?.Port ?? 0).ToString(CultureInfo.InvariantCulture);
}
