using System.Globalization;
using Holdfast.ApiServer;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Steward.Running;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Host;

/// <summary>The Steward in the process of an embedded cluster: with an account and rights of its own, as in any cluster.</summary>
internal sealed class ClusterSteward : IAsyncDisposable
{
    private const string Account = "holdfast-steward";

    private readonly StewardProcess _process;
    private readonly HttpClient _http;

    private ClusterSteward(StewardProcess process, HttpClient http) => (_process, _http) = (process, http);

    /// <summary>Who it is to the API.</summary>
    internal static UserInfo User { get; } = UserInfo.ServiceAccount(StewardOptions.Namespace, Account);

    /// <summary>Where the API server asks it.</summary>
    internal string WebhookAddress => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_process.WebhookPort}");

    /// <summary>Starts it.</summary>
    /// <param name="api">The API server.</param>
    /// <param name="environment">The cluster and the world, as the Steward.</param>
    /// <param name="administrator">The cluster, as somebody who may give the Steward its rights.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    internal static async Task<ClusterSteward> StartAsync(ApiServerHost api, ClientEnvironment environment, KubernetesClient administrator, CancellationToken cancellationToken)
    {
        await StewardInstallation.ApplyAccountAsync(administrator, cancellationToken);
        var credentials = api.CredentialsOf("steward", User);
        var http = new KubeConfig
        {
            Server = credentials.Server,
            CertificateAuthorityPem = credentials.AuthorityPem,
            ClientCertificatePem = credentials.Certificate.CertificatePem,
            ClientKeyPem = credentials.Certificate.KeyPem,
        }.CreateClient();
        try
        {
            return new ClusterSteward(await StewardProcess.StartAsync(environment, http, new StewardOptions { UserName = User.Name }, cancellationToken), http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Takes away what would make the API server wait for a Steward that does not run.</summary>
    /// <param name="administrator">The cluster.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static Task LeaveOutAsync(KubernetesClient administrator, CancellationToken cancellationToken) => WebhookRegistrar.RemoveAsync(administrator, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }
}
