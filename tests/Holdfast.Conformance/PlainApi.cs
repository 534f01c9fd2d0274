using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Client.Http;

namespace Holdfast.Conformance;

/// <summary>An answer as it came: its code and its body.</summary>
internal sealed record PlainAnswer(int Code, JsonNode? Body);

/// <summary>Asks the API server in HTTP and JSON alone, so that nothing of the client's making stands between.</summary>
internal sealed class PlainApi : IDisposable
{
    private readonly HttpClient _client;

    internal PlainApi(KubeConfig config)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(config.CertificateAuthorityPem);
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = trust;
        handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(config.ClientCertificatePem, config.ClientKeyPem)];
        _client = new HttpClient(handler) { BaseAddress = config.Server };
    }

    internal async Task<PlainAnswer> CallAsync(
        string verb, string path, JsonNode? body, string type = "application/json", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        using var response = await _client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public void Dispose() => _client.Dispose();
}
