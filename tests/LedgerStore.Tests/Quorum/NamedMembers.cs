using System.Net;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>Members as a StatefulSet's pods have it: found by the names of a headless Service, which lead somewhere only while they run.</summary>
public sealed class NamedMembers(int count, params (string Name, string Value)[] environment) : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestDns dns = new();
    private readonly LedgerProcess?[] members = new LedgerProcess?[count];

    public LedgerProcess this[int ordinal] => members[ordinal] ?? throw new InvalidOperationException($"member {ordinal} does not run");

    public string DataOf(int ordinal) => Path.Combine(folder.Path, $"{ordinal}");

    public LedgerProcess Start(int ordinal, params (string Name, string Value)[] more)
    {
        var address = LedgerProcess.NewAddress();
        dns.Set($"ledger-store-{ordinal}.ledger-store", address);
        return members[ordinal] = LedgerProcess.Start(DataOf(ordinal),
        [
            ("POD_IP", address), ("POD_NAME", $"ledger-store-{ordinal}"), ("POD_NAMESPACE", ""), ("LEDGER_SERVICE", "ledger-store"),
            ("HOLDFAST_DNS", dns.EndPoint.ToString()), .. environment, .. more,
        ]);
    }

    /// <summary>Starts one after the other, each when the one before is ready, as an ordered set does.</summary>
    public async Task StartInOrderAsync()
    {
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            Start(ordinal);
            await IsReadyAsync(ordinal);
        }
    }

    public Task IsReadyAsync(int ordinal) =>
        this[ordinal].UntilAsync(async () => await this[ordinal].StatusOfAsync("/ready") == HttpStatusCode.OK, $"ready: member {ordinal}");

    /// <summary>Waits until all are ready voters of one founded cluster.</summary>
    public async Task AreOneClusterAsync()
    {
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            await this[ordinal].UntilAsync(async () =>
            {
                if (await this[ordinal].StatusOfAsync("/ready") != HttpStatusCode.OK)
                    return false;
                var status = await this[ordinal].GetAsync("/status");
                return status.GetProperty("ready").GetBoolean() && status.TryGetProperty("voters", out var voters) && voters.GetArrayLength() == count && status.TryGetProperty("foundedBy", out _);
            }, $"a voter of the whole cluster: member {ordinal}");
        }
    }

    public async Task KillAsync(int ordinal)
    {
        dns.Remove($"ledger-store-{ordinal}.ledger-store");
        await this[ordinal].KillAsync();
        await this[ordinal].DisposeAsync();
        members[ordinal] = null;
    }

    public async Task KillAllAsync()
    {
        for (var ordinal = 0; ordinal < count; ordinal++)
            await KillAsync(ordinal);
    }

    public void Wipe(int ordinal) => Directory.Delete(DataOf(ordinal), recursive: true);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
        {
            if (member is not null)
                await member.DisposeAsync();
        }
        await dns.DisposeAsync();
        folder.Dispose();
    }
}
