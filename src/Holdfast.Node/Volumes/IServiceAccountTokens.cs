using Holdfast.Client;
using Holdfast.Model.Authentication;

namespace Holdfast.Node.Volumes;

/// <summary>Gives pods the tokens by which the API knows their service account.</summary>
public interface IServiceAccountTokens
{
    /// <summary>A token for a pod, or null when this cluster gives none.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="audience">Whom it is for; empty for the API server.</param>
    /// <param name="lifetime">How long it is to be good for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The API refused, or could not be asked.</exception>
    Task<string?> RequestAsync(Core.Pod pod, string audience, TimeSpan lifetime, CancellationToken cancellationToken);
}

/// <summary>Asks the API's <c>token</c> sub-resource of the pod's service account.</summary>
/// <param name="client">Asks.</param>
public sealed class ApiServiceAccountTokens(KubernetesClient client) : IServiceAccountTokens
{
    /// <inheritdoc/>
    public async Task<string?> RequestAsync(Core.Pod pod, string audience, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var request = TokenRequest.Empty with
        {
            Metadata = Model.Meta.ObjectMeta.Empty with { Namespace = pod.Metadata.Namespace },
            Spec = TokenRequestSpec.Empty with
            {
                Audiences = audience.Length == 0 ? [] : [audience],
                ExpirationSeconds = (long)lifetime.TotalSeconds,
                BoundObjectRef = BoundObjectReference.Empty with { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        try
        {
            var answer = await client.PostAsync<Core.ServiceAccount>(
                pod.Metadata.Namespace, pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : "default", "token", request, cancellationToken);
            return (answer.Object as TokenRequest)?.Status.Token;
        }
        catch (ApiException error) when (error.Code is 404 or 405 or 501)
        {
            return null;
        }
    }
}
