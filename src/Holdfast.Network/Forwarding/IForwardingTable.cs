using Holdfast.Network.Services;

namespace Holdfast.Network.Forwarding;

/// <summary>The inlet of the Services whose cluster IPs are forwarded to their endpoints.</summary>
public interface IForwardingTable : IServiceTable
{
    /// <summary>Waits until every change told so far has been acted upon: ports opened, closed, or found impossible.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Done when the changes have landed.</returns>
    Task WhenAppliedAsync(CancellationToken cancellationToken);
}
