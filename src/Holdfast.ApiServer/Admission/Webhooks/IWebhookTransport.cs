using System.Net;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>One call of a webhook.</summary>
/// <param name="Address">The address as messages name it, with its path and query.</param>
/// <param name="CaBundle">The certificates to trust, as PEM; empty for those of this machine.</param>
/// <param name="Target">Where to connect instead of what the address names: a pod behind a Service.</param>
/// <param name="Body">The review.</param>
public sealed record WebhookCall(Uri Address, ReadOnlyMemory<byte> CaBundle, IPEndPoint? Target, ReadOnlyMemory<byte> Body);

/// <summary>The way to webhooks; the simulator has none.</summary>
public interface IWebhookTransport
{
    /// <summary>Posts a review and reads the answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer's code and body, which is bounded.</returns>
    /// <exception cref="IOException">There was no answer; the message says why, as Kubernetes words it.</exception>
    Task<(int Code, byte[] Body)> PostAsync(WebhookCall call, CancellationToken cancellationToken);
}
