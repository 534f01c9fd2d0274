using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>The Secrets with certificates for members, read anew every half minute; never kept in a cache of all Secrets.</summary>
/// <param name="client">The cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class CertificateBook(KubernetesClient client, TimeProvider time)
{
    private const int Bound = 1000;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string Name), (MemberCertificates? Certificates, string Problem, long ReadAt)> _read = [];

    /// <summary>The certificates that a Steward names.</summary>
    /// <returns>The certificates, null when none are asked for; and what is wrong with them, empty when nothing is.</returns>
    public async Task<(MemberCertificates? Certificates, string Problem)> FindAsync(StewardResource steward, CancellationToken cancellationToken)
    {
        if (steward.Spec.Member.Tls is not { SecretName.Length: > 0 } tls)
            return (null, "");
        var key = (steward.Metadata.Namespace, tls.SecretName);
        lock (_gate)
        {
            if (_read.TryGetValue(key, out var known) && time.GetElapsedTime(known.ReadAt) < Life)
                return (known.Certificates, known.Problem);
        }
        var secret = await client.FindAsync<Secret>(steward.Metadata.Namespace, tls.SecretName, cancellationToken);
        var certificates = secret is null ? null : new MemberCertificates(Text(secret, "ca.crt"), Text(secret, "tls.crt"), Text(secret, "tls.key"));
        var problem = secret is null ? $"spec.member.tls.secretName: there is no Secret {tls.SecretName} in namespace {steward.Metadata.Namespace}" : "";
        lock (_gate)
        {
            if (_read.Count >= Bound)
                _read.Clear();
            _read[key] = (certificates, problem, time.GetTimestamp());
        }
        return (certificates, problem);
    }

    private static string Text(Secret secret, string key) =>
        secret.Data.TryGetValue(key, out var bytes) ? System.Text.Encoding.ASCII.GetString(bytes.Span) : "";
}
