using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Http;
using Holdfast.Client;
using Holdfast.Model.Json;
using Holdfast.Platform;
using Holdfast.Store;
using Holdfast.Testing;

namespace Holdfast.ApiServer.Tests;

/// <summary>A real server on the loopback address over a real SQLite file, and an administrator's HTTP client for it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ResourceStore _store;

    private readonly ConcurrentQueue<Exception> _faults;

    private RunningServer(TemporaryFolder folder, ResourceStore store, ApiServerHost host, HttpClient http, ConcurrentQueue<Exception> faults)
    {
        _faults = faults;
        _folder = folder;
        _store = store;
        Host = host;
        Http = http;
    }

    public ApiServerHost Host { get; }

    public HttpClient Http { get; }

    public string Folder => _folder.Path;

    public ResourceStore Store => _store;

    /// <summary>What the server told its log of.</summary>
    public IReadOnlyCollection<Exception> Faults => _faults;

    public KubernetesClient Client => new(Host.InProcess(Security.UserInfo.Administrator), "tests");

    public static async Task<RunningServer> StartAsync(
        CancellationToken cancellationToken, int port = 0, INodeProxy? nodes = null, Func<ApiServerOptions, ApiServerOptions>? set = null)
    {
        var faults = new ConcurrentQueue<Exception>();
        var folder = new TemporaryFolder();
        var tasks = new ThreadPoolTaskRunner(static fault => throw fault.Exception);
        var store = await ResourceStore.OpenAsync(
            new SqliteJournal(Path.Combine(folder.Path, "store.db"), new SystemChance()), new StoreOptions(), TimeProvider.System, tasks, cancellationToken);
        var options = new ApiServerOptions(folder.Path, store) { Port = port, Nodes = nodes, OnFault = faults.Enqueue };
        var host = await ApiServerHost.StartAsync(set is null ? options : set(options), cancellationToken);
        var http = ClientOf(host);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.AdminCredentials().Token);
        return new RunningServer(folder, store, host, http, faults);
    }

    /// <summary>A client that trusts the cluster's authority and nobody else, and says nothing of who it is.</summary>
    public static HttpClient ClientOf(ApiServerHost host, X509Certificate2? certificate = null, TimeProvider? time = null)
    {
        var authority = X509Certificate2.CreateFromPem(host.AdminCredentials().AuthorityPem);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationTime = (time ?? TimeProvider.System).GetUtcNow().LocalDateTime;
            return chain.Build((X509Certificate2)presented!);
        };
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        return new HttpClient(handler) { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<(int Code, JsonNode Body)> SendAsync(
        string method, string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), AsIs(path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text, documentOptions: JsonInput.DocumentOptions)! : JsonValue.Create(text));
    }

    // Odd paths are to reach the server as they are written.
    private Uri AsIs(string path) => new(Host.Address.AbsoluteUri.TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
