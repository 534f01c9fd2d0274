using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Client.Http;

/// <summary>A kubeconfig that cannot be used; the message says why and what to do.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="innerException">What went wrong below, if anything.</param>
public sealed class KubeConfigException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>How to reach one cluster and as whom: what one context of a kubeconfig says.</summary>
public sealed record KubeConfig
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The server's address.</summary>
    public required Uri Server { get; init; }

    /// <summary>The context's name.</summary>
    public string Context { get; init; } = "";

    /// <summary>The namespace of commands that name none.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The PEM text of the authorities that the server's certificate must come from; empty for the machine's own.</summary>
    public string CertificateAuthorityPem { get; init; } = "";

    /// <summary>The name in the server's certificate when it is not the address's; empty otherwise.</summary>
    public string TlsServerName { get; init; } = "";

    /// <summary>Whether the server's certificate is not looked at.</summary>
    public bool IsTlsUnverified { get; init; }

    /// <summary>The PEM text of the client's certificate; empty for none.</summary>
    public string ClientCertificatePem { get; init; } = "";

    /// <summary>The PEM text of the key of the client's certificate.</summary>
    public string ClientKeyPem { get; init; } = "";

    /// <summary>A bearer token; empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>A file with the bearer token, read for every request as it changes; empty for none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Reads a kubeconfig.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The context; the file's current one when left out.</param>
    /// <exception cref="KubeConfigException">It is not there, not a kubeconfig, lacks the context, or asks for what is not supported.</exception>
    public static KubeConfig Load(string path, string? context = null) => KubeConfigReader.Read(path, context);

    /// <summary>What a pod finds in itself: the cluster that runs it, as its service account.</summary>
    /// <exception cref="KubeConfigException">This process does not run in a pod.</exception>
    public static KubeConfig InCluster()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        var authority = Path.Combine(ServiceAccountFolder, "ca.crt");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(authority))
            throw new KubeConfigException("this process does not run in a pod with a service account: name a kubeconfig instead");
        return new KubeConfig
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"),
            Context = "in-cluster",
            Namespace = File.ReadAllText(Path.Combine(ServiceAccountFolder, "namespace")).Trim(),
            CertificateAuthorityPem = File.ReadAllText(authority),
            TokenFile = Path.Combine(ServiceAccountFolder, "token"),
        };
    }

    /// <summary>A transport to the cluster; dispose it at the end.</summary>
    /// <param name="time">The clock of time limits.</param>
    /// <param name="options">The bounds; their defaults when left out.</param>
    /// <exception cref="KubeConfigException">A certificate or key cannot be read.</exception>
    public HttpTransport CreateTransport(TimeProvider time, HttpTransportOptions? options = null) =>
        new(CreateClient(), time, options ?? new HttpTransportOptions());

    /// <summary>A client for the cluster's paths that are not objects; dispose it at the end. It has no time limit.</summary>
    /// <exception cref="KubeConfigException">A certificate or key cannot be read.</exception>
    public HttpClient CreateClient()
    {
        var client = new HttpClient(new TokenHandler(this, CreateHandler()))
        {
            BaseAddress = Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("holdfast", "0.1"));
        return client;
    }

    private SocketsHttpHandler CreateHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !Server.IsLoopback,
        SslOptions = CreateTls(),
    };

    private SslClientAuthenticationOptions CreateTls()
    {
        var tls = new SslClientAuthenticationOptions();
        if (TlsServerName.Length > 0)
            tls.TargetHost = TlsServerName;
        try
        {
            if (CertificateAuthorityPem.Length > 0)
                tls.CertificateChainPolicy = TrustOnly(CertificateAuthorityPem);
            if (ClientCertificatePem.Length > 0)
                tls.ClientCertificates = [X509Certificate2.CreateFromPem(ClientCertificatePem, ClientKeyPem)];
        }
        catch (System.Security.Cryptography.CryptographicException error)
        {
            throw new KubeConfigException($"context {Context}: a certificate or its key cannot be read: {error.Message}", error);
        }
        if (IsTlsUnverified)
        {
#pragma warning disable CA5359 // The kubeconfig says insecure-skip-tls-verify.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        return tls;
    }

    private static X509ChainPolicy TrustOnly(string pem)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(pem);
        return policy;
    }

    private sealed class TokenHandler(KubeConfig config, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var token = config.TokenFile.Length > 0
                ? (await File.ReadAllTextAsync(config.TokenFile, cancellationToken)).Trim()
                : config.Token;
            if (token.Length > 0)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
