using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Webhooks;

/// <summary>Keeps the authority of the webhooks in a Secret, so that all copies of the Steward and their successors have the same one.</summary>
internal static class WebhookAuthorities
{
    /// <summary>The Secret's name.</summary>
    public const string SecretName = "holdfast-steward-webhooks";

    private const string CertificateKey = "tls.crt";
    private const string PrivateKey = "tls.key";

    /// <summary>Takes the authority that is there, or makes one.</summary>
    public static async Task<WebhookAuthority> OpenAsync(KubernetesClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var secret = await client.FindAsync<Secret>(StewardOptions.Namespace, SecretName, cancellationToken);
            if (secret is not null && WebhookAuthority.Load(Text(secret, CertificateKey), Text(secret, PrivateKey), time) is { } kept)
                return kept;
            var made = WebhookAuthority.Make(time);
            try
            {
                await WriteAsync(client, secret, made, cancellationToken);
                return made;
            }
            catch (ApiException error) when (error.IsConflict || error.IsAlreadyExists)
            {
                // Another copy was quicker: its authority is everyone's.
                made.Dispose();
            }
        }
    }

    private static Task<Secret> WriteAsync(KubernetesClient client, Secret? secret, WebhookAuthority authority, CancellationToken cancellationToken)
    {
        var data = ValueMap.Of((CertificateKey, Bytes(authority.CertificatePem)), (PrivateKey, Bytes(authority.KeyPem)));
        return secret is not null
            ? client.UpdateAsync(secret with { Data = data }, cancellationToken)
            : client.CreateAsync(new Secret
            {
                Metadata = new ObjectMeta { Namespace = StewardOptions.Namespace, Name = SecretName },
                Type = "kubernetes.io/tls",
                Data = data,
            }, cancellationToken);
    }

    private static string Text(Secret secret, string key) => secret.Data.TryGetValue(key, out var bytes) ? Encoding.ASCII.GetString(bytes.Span) : "";

    private static ByteString Bytes(string text) => ByteString.CopyFrom(Encoding.ASCII.GetBytes(text));
}
