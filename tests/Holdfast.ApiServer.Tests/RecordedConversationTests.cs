using System.Diagnostics;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tests;

/// <summary>
/// Conversations that were recorded with a real Kubernetes server, replayed against this one: those that need neither
/// controllers nor custom resources.
/// </summary>
public sealed class RecordedConversationTests
{
    private static readonly string[] Held =
    [
        "apply-statefulset", "binding", "create-twice", "delete-many", "dry-run", "errors", "eviction", "finalizers", "forbidden", "generate-name",
        "generation", "graceful-delete", "immutable", "kubectl-apply", "no-op-write", "paging", "partial-metadata", "patch-json", "patch-strategic",
        "pdb-defaults", "pod-defaults", "pod-defaults-probes", "pod-invalid", "pod-update-forbidden", "pvc-defaults", "roles", "scale", "selectors", "service-defaults",
        "statefulset-defaults", "statefulset-defaults-minimal", "statefulset-invalid", "statefulset-update-forbidden", "status",
        "storageclass-defaults", "strict-fields", "table-kinds", "table-pods", "versions", "warnings", "watch-history", "watch-initial",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recorded_conversations_hold()
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, "the recorded conversations are not beside the repository");
        await using var server = await RunningServer.StartAsync(Token);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var accounts = GiveAccountsAsync(server.Client, ends.Token);
        var falls = await Task.WhenAll(Held.Select(name => ReplayAsync(server, folder!, name)).Append(ReplayAppliesAsync(server, folder!)));
        await ends.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accounts);
        Assert.True(falls.All(fall => fall.Length == 0), string.Concat(falls));
    }

    // Every namespace gets its default account, as a controller would see to.
    private static async Task GiveAccountsAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        await foreach (var found in client.WatchAsync<Namespace>(new ListQuery(), cancellationToken))
        {
            if (found is not { Type: WatchEventType.Added, Object: { } space })
                continue;
            var account = Objects.DefaultAccount();
            await client.CreateAsync(account with { Metadata = account.Metadata with { Namespace = space.Metadata.Name } }, cancellationToken);
        }
    }

    // Owners are listed by the second of their last write, so this holds only when no second begins between two of its steps.
    private static async Task<string> ReplayAppliesAsync(RunningServer server, string folder)
    {
        var fall = "";
        for (var attempt = 0; attempt < 5; attempt++)
        {
            fall = await ReplayAsync(server, folder, "apply");
            if (fall.Length == 0)
                break;
        }
        return fall;
    }

    private static async Task<string> ReplayAsync(RunningServer server, string folder, string name)
    {
        var credentials = server.Host.AdminCredentials();
        using var process = Process.Start(new ProcessStartInfo("python3",
        [
            Path.Combine(folder, "conform.py"), "run", "--server", credentials.Server.AbsoluteUri.TrimEnd('/'), "--token", credentials.Token,
            "--case", name, Path.Combine(folder, "cases", "api"),
        ]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return process.ExitCode == 0 ? "" : output;
    }

    private static string? Folder()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Holdfast.slnx")))
            at = at.Parent;
        var shared = Environment.GetEnvironmentVariable("HOLDFAST_SHARED") ?? Path.Combine(at?.Parent?.FullName ?? "", "shared");
        var folder = Path.Combine(shared, "conform");
        return File.Exists(Path.Combine(folder, "conform.py")) ? folder : null;
    }
}
