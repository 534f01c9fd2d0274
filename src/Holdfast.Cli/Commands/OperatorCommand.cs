using System.CommandLine;
using System.Globalization;
using System.Net;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Host;
using Holdfast.Platform;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Running;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast operator</c>: the Steward for any Kubernetes.</summary>
internal static class OperatorCommand
{
    private const int DefaultPort = 9443;
    private const int DefaultLeaseDuration = 15;
    private const int MinimumLeaseDuration = 3;

    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "The cluster, and as whom; left out, the cluster of the pod that this runs in", HelpName = "FILE" };
    private static readonly Option<string?> Context = new("--context") { Description = "The context of the kubeconfig; left out, its current one", HelpName = "NAME" };
    private static readonly Option<bool> ThroughApi = new("--members-through-api") { Description = "Reach members through the API server's proxy: where this does not reach the addresses of pods" };
    private static readonly Option<string> WebhookAddress = new("--webhook-address") { Description = "The address that its webhooks listen on", HelpName = "IP", DefaultValueFactory = _ => "0.0.0.0" };
    private static readonly Option<int> WebhookPort = UsageErrors.WholeNumber("--webhook-port", "The port that its webhooks listen on; 0 for any that is free", DefaultPort);
    private static readonly Option<string> WebhookHost = new("--webhook-host") { Description = "The name or address by which the API server reaches its webhooks, where they have no Service", HelpName = "HOST", DefaultValueFactory = _ => "" };
    private static readonly Option<string> WebhookService = new("--webhook-service") { Description = $"The Service in namespace {StewardOptions.Namespace} by which the API server reaches its webhooks", HelpName = "NAME", DefaultValueFactory = _ => "holdfast-steward" };

    private static readonly Option<int?> StatusPort = new("--status-port") { Description = "The port, on the same address, that shows /metrics, /healthz and /readyz over plain HTTP; left out, none", HelpName = "N" };

    private static readonly Option<int> LeaseDuration = UsageErrors.WholeNumber("--lease-duration", "After how many seconds another copy takes over from one that does not renew its lease; from 3", DefaultLeaseDuration);

    private static readonly Option<bool> Uninstall = new("--uninstall") { Description = "Take away the webhooks that it made and the roles on pods, and end: once it no longer runs, they would hold up every eviction and deletion of stewarded pods and lead clients astray" };

    internal static Command Make()
    {
        var command = new Command("operator", "Run the Steward for a Kubernetes cluster, in the foreground") { Kubeconfig, Context, ThroughApi, WebhookAddress, WebhookPort, WebhookHost, WebhookService, StatusPort, LeaseDuration, Uninstall };
        command.SetAction((result, cancellationToken) => RunAsync(result, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(result.GetValue(WebhookAddress), out var address))
        {
            await Console.Error.WriteLineAsync($"holdfast: --webhook-address is \"{result.GetValue(WebhookAddress)}\"; give an IP address of this machine, such as 0.0.0.0.");
            return ExitCode.Usage;
        }
        if (result.GetValue(StatusPort) is < 0 or > 65535)
        {
            await Console.Error.WriteLineAsync($"holdfast: --status-port is {result.GetValue(StatusPort)}; a port is a number from 0 (any that is free) to 65535.");
            return ExitCode.Usage;
        }
        if (result.GetValue(LeaseDuration) < MinimumLeaseDuration)
        {
            await Console.Error.WriteLineAsync($"holdfast: --lease-duration is {result.GetValue(LeaseDuration)}; a shorter lease than {MinimumLeaseDuration} seconds is lost to small delays.");
            return ExitCode.Usage;
        }
        var status = result.GetValue(StatusPort) is { } port ? new IPEndPoint(address, port) : null;
        var host = result.GetValue(WebhookHost)!;
        var options = new StewardOptions
        {
            Route = result.GetValue(ThroughApi) ? MemberRoute.ApiProxy : MemberRoute.Direct,
            WebhookAddress = address,
            WebhookPort = result.GetValue(WebhookPort),
            WebhookHost = host,
            LeaseDuration = TimeSpan.FromSeconds(result.GetValue(LeaseDuration)),
            WebhookService = host.Length > 0 ? "" : result.GetValue(WebhookService)!,
        };
        try
        {
            var cluster = Load(result);
            if (result.GetValue(Uninstall))
            {
                return await UninstallAsync(cluster, cancellationToken);
            }
            if (await StewardOperator.RunAsync(cluster, options, status, new ConsoleLog(), cancellationToken) is not { } reason)
            {
                return ExitCode.Done;
            }
            await Console.Error.WriteLineAsync($"holdfast: {reason}");
            return ExitCode.Failed;
        }
        catch (Exception error) when (error is ApiException or KubeConfigException)
        {
            await Console.Error.WriteLineAsync($"holdfast: {error.Message}");
            return ExitCode.Failed;
        }
    }

    private static KubeConfig Load(ParseResult result) =>
        result.GetValue(Kubeconfig) is { } file ? KubeConfig.Load(Path.GetFullPath(file), result.GetValue(Context)) : KubeConfig.InCluster();

    private static async Task<int> UninstallAsync(KubeConfig cluster, CancellationToken cancellationToken)
    {
        if (await StewardOperator.UninstallAsync(cluster, cancellationToken) is { } reason)
        {
            await Console.Error.WriteLineAsync($"holdfast: {reason}");
            return ExitCode.Failed;
        }
        Console.WriteLine("The Steward's webhooks are gone: evictions and deletions of pods are asked of nobody any more, and no pod says its role.");
        return ExitCode.Done;
    }

    private sealed class ConsoleLog : ILogSink
    {
        public void Write(LogEntry entry)
        {
            if (entry.Severity > LogSeverity.Debug)
            {
                var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
                Console.Error.WriteLine($"{time} {entry.Severity} {entry.Source}: {entry.Message}".ReplaceLineEndings(" "));
            }
        }
    }
}
