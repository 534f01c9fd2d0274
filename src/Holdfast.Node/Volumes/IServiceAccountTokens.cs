using System.Collections.Concurrent;
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

/// <summary>
/// Asks the API's <c>token</c> sub-resource of the pod's service account, and again when four fifths of a token's time are over;
/// until then the pod keeps the token that it has.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="time">The clock.</param>
public sealed class ApiServiceAccountTokens(KubernetesClient client, TimeProvider time) : IServiceAccountTokens
{
    private const double UsedPart = 0.8;
    private const int AsksBetweenSweeps = 64;

    private readonly ConcurrentDictionary<(string PodUid, string Audience, TimeSpan Lifetime), KeptToken> _kept = [];
    private int _asksUntilSweep = AsksBetweenSweeps;

    /// <inheritdoc/>
    public async Task<string?> RequestAsync(Core.Pod pod, string audience, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var now = time.GetUtcNow();
        var key = (pod.Metadata.Uid, audience, lifetime);
        if (_kept.TryGetValue(key, out var kept) && now < kept.UseUntil)
            return kept.Text;
        if (await AskAsync(pod, audience, lifetime, cancellationToken) is not { } status)
            return null;
        Sweep(now);
        var left = (status.ExpirationTimestamp ?? now) - now;
        _kept[key] = new KeptToken(status.Token, now + (left * UsedPart), now + left);
        return status.Token;
    }

    // What nobody asked for in time belongs to pods that are gone. As many asks as there are tokens lie between two sweeps, so that a sweep costs each of them little.
    private void Sweep(DateTimeOffset now)
    {
        if (Interlocked.Decrement(ref _asksUntilSweep) != 0)
            return;
        foreach (var (old, _) in _kept.Where(entry => entry.Value.ForgetAt < now))
            _kept.TryRemove(old, out _);
        Volatile.Write(ref _asksUntilSweep, Math.Max(AsksBetweenSweeps, _kept.Count));
    }

    private async Task<TokenRequestStatus?> AskAsync(Core.Pod pod, string audience, TimeSpan lifetime, CancellationToken cancellationToken)
    {
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
            return (answer.Object as TokenRequest)?.Status;
        }
        catch (ApiException error) when (error.Code is 404 or 405 or 501)
        {
            return null;
        }
    }

    private sealed record KeptToken(string Text, DateTimeOffset UseUntil, DateTimeOffset ForgetAt)
    {
        // A token is a secret: it does not show up in what prints records.
        public override string ToString() => $"a token to be used until {UseUntil:O}";
    }
}
