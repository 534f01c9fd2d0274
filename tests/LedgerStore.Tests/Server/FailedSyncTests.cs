using System.Net;

namespace LedgerStore.Tests.Server;

/// <summary>A sync that fails once in a real process, made to by strace; where that is not installed the test says so, and only the log's own test shows it.</summary>
public sealed class FailedSyncTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_whose_sync_has_failed_once_ends_without_acknowledging_and_the_next_one_has_all_that_was(bool isQuorum)
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            TestContext.Current.TestOutputHelper?.WriteLine("strace is not installed here");
            return;
        }
        var address = LedgerProcess.NewAddress();
        (string, string)[] environment = isQuorum ? [("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081")] : [("POD_IP", address)];
        string[] strace = ["/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=30"];
        var acknowledged = 0;
        await using (var failing = LedgerProcess.StartUnder(strace, folder.Path, environment))
        {
            await failing.UntilAsync(async () => await failing.StatusOfAsync("/ready") == HttpStatusCode.OK, "ready");
            while (!failing.HasExited && acknowledged < 1_000 && await IsAcknowledgedAsync(failing, $"entry {acknowledged + 1}"))
                acknowledged++;
            Assert.Equal(ExitCode.InputOutput, await failing.ExitCodeAsync());
            Assert.Contains("could not sync", failing.Output, StringComparison.Ordinal);
            Assert.Contains("errno 5", failing.Output, StringComparison.Ordinal);
        }
        Assert.InRange(acknowledged, 1, 999);
        await using var again = await LedgerProcess.StartReadyAsync(folder.Path, environment);
        Assert.Equal($"entry {acknowledged}", (await again.GetAsync($"/v1/entries/{acknowledged}")).GetProperty("data").GetString());
    }

    private static async Task<bool> IsAcknowledgedAsync(LedgerProcess ledger, string data)
    {
        try
        {
            using var answer = await ledger.AppendAsync(data);
            return answer.StatusCode == HttpStatusCode.Created;
        }
        catch (HttpRequestException ended)
        {
            Assert.NotEmpty(ended.Message);
            return false;
        }
    }
}
