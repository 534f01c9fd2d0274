using System.Net;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Http;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Authentication;
using Holdfast.Model.Coordination;
using Holdfast.Platform;
using Holdfast.Steward.Running;

namespace Holdfast.Host;

/// <summary>
/// The Steward alone, for a Kubernetes cluster of its own: what <c>holdfast operator</c> runs. Of several copies one works at a time, the one that
/// holds the lease; what a deposed one still writes rests on what it read before and is refused by the API server.
/// </summary>
public sealed class StewardOperator
{
    private const string LeaseName = "holdfast-steward";

    // Longer than an API server takes to start and to load its keys.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientEnvironment _environment;
    private readonly HttpClient _http;
    private readonly ClusterFaults _faults = new();
    private readonly StewardOptions _options;
    private OperatorEndpoints? _endpoints;

    private StewardOperator(HttpTransport transport, HttpClient http, StewardOptions options, ILogSink log)
    {
        (_http, _options) = (http, options);
        var runner = new ThreadPoolTaskRunner(fault =>
        {
            log.Write(new LogEntry(LogSeverity.Error, fault.Name, fault.Exception.ToString()));
            _faults.Report($"the part \"{fault.Name}\" failed: {fault.Exception.Message}");
        });
        _environment = new ClientEnvironment(transport, runner, TimeProvider.System, new SystemChance(), log);
    }

    /// <summary>Runs until the stop, or until it cannot go on.</summary>
    /// <param name="cluster">The cluster, and as whom.</param>
    /// <param name="options">How the Steward runs; its user is asked of the server.</param>
    /// <param name="status">Where it shows metrics, health and readiness over plain HTTP; null for nowhere.</param>
    /// <param name="log">Where it tells what it does.</param>
    /// <param name="stop">Asks it to stop.</param>
    /// <returns>Why it cannot go on, in words; null when it was to stop.</returns>
    /// <exception cref="ApiException">The server refused what the Steward needs.</exception>
    public static async Task<string?> RunAsync(KubeConfig cluster, StewardOptions options, IPEndPoint? status, ILogSink log, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(log);
        using var transport = cluster.CreateTransport(TimeProvider.System);
        using var http = cluster.CreateClient();
        var client = new KubernetesClient(transport, "holdfast-operator");
        var user = (await client.CreateAsync(SelfSubjectReview.Empty, stop)).Status.UserInfo.Username;
        if (!user.StartsWith("system:serviceaccount:", StringComparison.Ordinal))
            log.Write(new LogEntry(LogSeverity.Warning, "operator", SharedUser(user)));
        await InstallAsync(client, log, stop);
        var steward = new StewardOperator(transport, http, options with { UserName = user }, log);
        await using var endpoints = status is null ? null : await OperatorEndpoints.StartAsync(status, steward._environment.Metrics, stop);
        steward._endpoints = endpoints;
        return await steward.RunAsync(stop);
    }

    // Its webhooks know the Steward's own writes by their user.
    private static string SharedUser(string user) =>
        $"the Steward is {user} to the API server: whatever else {user} does passes it unasked, since nothing tells the two apart. "
        + $"Give it a user of its own: a kubeconfig with the token of kubectl create token holdfast-steward -n {StewardOptions.Namespace} --duration=8760h (the server may give it less time; once it is over the Steward stops), or deploy/install.yaml";

    /// <summary>
    /// Takes away what holds others up or misleads them once no Steward runs any more: the webhooks, the authority that they trust, and the roles on pods.
    /// Stewards, their definition and the account stay.
    /// </summary>
    /// <param name="cluster">The cluster, and as whom.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it was not done, in words; null when it was.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task<string?> UninstallAsync(KubeConfig cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        using var transport = cluster.CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "holdfast-operator");
        var lease = await client.FindAsync<Lease>(StewardOptions.Namespace, LeaseName, cancellationToken);
        if (lease is { Spec: { HolderIdentity.Length: > 0, RenewTime: { } renewed } spec } && renewed + TimeSpan.FromSeconds(spec.LeaseDurationSeconds ?? 0) > TimeProvider.System.GetUtcNow())
        {
            return $"a Steward still runs and would put its webhooks back: {spec.HolderIdentity} holds lease {StewardOptions.Namespace}/{LeaseName}, and renewed it at {renewed.UtcDateTime:HH:mm:ss} UTC. "
                + $"End it first (kubectl delete deployment holdfast-steward -n {StewardOptions.Namespace}, or end that process), wait until its lease is over, and try again";
        }
        await StewardInstallation.RemoveWebhooksAsync(client, cancellationToken);
        await StewardInstallation.RemoveRolesAsync(client, cancellationToken);
        return null;
    }

    // Who may not give rights finds them given: the manifest deploy/steward.yaml was applied by somebody who may.
    private static async Task InstallAsync(KubernetesClient client, ILogSink log, CancellationToken cancellationToken)
    {
        try
        {
            await StewardInstallation.ApplyAccountAsync(client, cancellationToken);
        }
        catch (ApiException error) when (error.Code == 403)
        {
            log.Write(new LogEntry(LogSeverity.Information, "operator", $"namespace, account and rights are left as they are: {error.Message}"));
        }
    }

    private async Task<string?> RunAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var elector = new LeaderElector(
            new ResourceKey(StewardOptions.Namespace, LeaseName), $"{System.Environment.MachineName}_{_environment.Chance.NewUid()}", _environment, LeaderElectionOptions.ForLease(_options.LeaseDuration) with { RefusalLimit = Patience });
        var running = elector.RunAsync(LeadAsync, either.Token);
        var ended = await Task.WhenAny(running, _faults.First);
        await either.CancelAsync();
        await running;
        return ended != running ? await _faults.First : elector.Refusal is not { } refusal ? null
            : $"{refusal}. The Steward's account is gone or its token has expired, so that it ends: it could do nothing any more. Give it a token that is known, or, if it was uninstalled, see what is left (kubectl get validatingwebhookconfigurations)";
    }

    private async Task LeadAsync(LeaderTerm term)
    {
        // T7: what a deposed Steward still sends is refused.
        var environment = _environment with { Transport = new FencedTransport(_environment.Transport, term) };
        await using var steward = await StewardProcess.StartAsync(environment, _http, _options, term.Ended);
        _environment.Log.Write(new LogEntry(LogSeverity.Information, "operator", $"the Steward works; its webhooks listen on port {steward.WebhookPort}"));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = term.Ended.Register(() => ended.TrySetResult());
        Ready(true);
        await ended.Task;
        Ready(false);
    }

    private void Ready(bool isReady)
    {
        if (_endpoints is { } endpoints)
            endpoints.IsReady = isReady;
    }
}
