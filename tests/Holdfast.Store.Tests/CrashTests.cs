using System.Diagnostics;
using System.Reflection;
using Holdfast.Platform;

namespace Holdfast.Store.Tests;

public sealed class CrashTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task After_a_kill_amid_writes_everything_acknowledged_is_there_and_nothing_that_was_never_tried()
    {
        var chance = new SystemChance();
        var attempted = new HashSet<string>();
        var acknowledged = new Dictionary<string, long>();
        var highest = 1L;
        for (var run = 0; run < 4; run++)
        {
            foreach (var line in await KilledRunAsync(run, acksBeforeKill: 50 + chance.Next(200)))
            {
                var words = line.Split(' ');
                if (words[0] == "try")
                    attempted.Add(words[1]);
                else if (words[0] == "ack")
                    acknowledged[words[1]] = long.Parse(words[2], null);
            }
            await using var store = await _fixture.OpenAsync();
            var recovered = store.Snapshot().List("pods", null).ToDictionary(entry => entry.Key.Name, entry => entry.Revision);
            Assert.True(acknowledged.Count > (run + 1) * 40, $"only {acknowledged.Count} writes were acknowledged");
            Assert.Subset(attempted, recovered.Keys.ToHashSet());
            foreach (var (name, revision) in acknowledged)
                Assert.Equal(revision - 1, recovered.GetValueOrDefault(name));
            highest = Math.Max(highest, acknowledged.Values.Max());
            Assert.True(store.CurrentRevision >= highest, $"the revision went back from {highest} to {store.CurrentRevision}");
            // Both writes of a transaction, or neither: the leases' last revisions stand next to a pod's.
            foreach (var lease in store.Snapshot().List("leases", null))
                Assert.Contains(lease.Revision - 1, recovered.Values);
        }
    }

    private async Task<List<string>> KilledRunAsync(int run, int acksBeforeKill)
    {
        using var child = StartChild(_fixture.Folder.Path, run);
        var lines = new List<string>();
        var acks = 0;
        try
        {
            while (acks < acksBeforeKill && await child.StandardOutput.ReadLineAsync(StoreFixture.Token) is { } line)
            {
                lines.Add(line);
                acks += line.StartsWith("ack", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        finally
        {
            child.Kill();
        }
        var rest = await child.StandardOutput.ReadToEndAsync(StoreFixture.Token);
        await child.WaitForExitAsync(StoreFixture.Token);
        // A last line that the kill cut short was not said.
        lines.AddRange(rest.Split('\n')[..^1]);
        return lines;
    }

    internal static Process StartChild(string folder, int run)
    {
        var assembly = typeof(CrashTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "CrashChild").Value!;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { assembly, folder, $"{run}" },
        };
        return Process.Start(start)!;
    }
}
