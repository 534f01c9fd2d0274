using System.Globalization;
using Holdfast.Client;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>
/// A disk that is full, for real: a memory file system in a mount namespace of its own, which goes with its last process.
/// Nothing that was acknowledged is lost, and one line says what to do.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cluster_whose_disk_fills_stops_and_loses_nothing_that_it_acknowledged()
    {
        var grown = _folder["grown"];
        await using var program = OnSmallDisk($"""
            "$program" up --data "$disk/data" --port 0 --nodes 0 --kubeconfig "$folder/first" 2>&1
            echo "first ended with $?"
            until [ -e {grown} ]; do sleep 0.1; done
            mount -o remount,size=64m "$disk"
            exec "$program" up --data "$disk/data" --port 0 --nodes 0 --kubeconfig "$folder/second"
            """);
        await program.SaysAsync("Ctrl-C stops it");
        var (acknowledged, refusal) = await FillAsync(_folder["first"]);
        Assert.NotEmpty(acknowledged);
        Assert.DoesNotContain('\n', refusal);
        await program.SaysAsync("first ended with 1\n");
        var line = Assert.Single(program.Output.Split('\n'), line => line.StartsWith("holdfast: ", StringComparison.Ordinal));
        Assert.Contains($"the disk that holds {_folder["disk/data"]} is full", line, StringComparison.Ordinal);
        Assert.Contains("free space and start again", line, StringComparison.Ordinal);

        await File.WriteAllTextAsync(grown, "", Stop);
        await Eventually.HoldsAsync("the second cluster is up", () => program.Output.Split("Ctrl-C stops it").Length == 3 || program.HasExited, Patience.Usual, Stop);
        using var transport = Client.Http.KubeConfig.Load(_folder["second"]).CreateTransport(TimeProvider.System);
        var kept = (await new KubernetesClient(transport, "end-to-end").ListAsync<ConfigMap>(new ListQuery { Namespace = "default" }, Stop)).Items;
        Assert.Subset(kept.Select(map => map.Metadata.Name).ToHashSet(), acknowledged);
        program.Signal("TERM");
        Assert.Equal(0, (await program.EndsAsync()).ExitCode);
    }

    [Fact]
    public async Task A_start_on_a_full_disk_is_refused_in_one_line()
    {
        await using var program = OnSmallDisk("""
            head -c 16m /dev/zero > "$disk/filler" 2> "$folder/filled"
            exec "$program" up --data "$disk/data" --port 0 --nodes 0 --kubeconfig "$folder/kubeconfig"
            """);
        var line = (await program.EndsAsync()).Refused();
        Assert.StartsWith("holdfast: ", line, StringComparison.Ordinal);
        Assert.Contains($"the disk that holds {_folder["disk/data"]} is full", line, StringComparison.Ordinal);
    }

    /// <summary>Runs a script as a process that sees a small disk at <c>$disk</c>, which nobody else sees.</summary>
    private RunningProgram OnSmallDisk(string script)
    {
        var disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        string[] namespaces = Environment.IsPrivilegedProcess ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
        return RunningProgram.Start(
            "unshare", [.. namespaces, "sh", "-c", "mount -t tmpfs -o size=6m tmpfs \"$disk\" || exit 9\n" + script],
            ("disk", disk), ("folder", _folder.Path), ("program", HoldfastCommand.Path), ("HOME", "/nonexistent"));
    }

    /// <summary>Writes until a write is refused; gives the names that were acknowledged and the refusal.</summary>
    private static async Task<(HashSet<string> Acknowledged, string Refusal)> FillAsync(string kubeconfig)
    {
        using var transport = Client.Http.KubeConfig.Load(kubeconfig).CreateTransport(TimeProvider.System);
        var client = new KubernetesClient(transport, "end-to-end");
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        var value = new string('x', 200_000);
        while (acknowledged.Count < 1000)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"filler-{acknowledged.Count}");
            try
            {
                await client.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Namespace = "default", Name = name }, Data = ValueMap.Of(("x", value)) }, Stop);
            }
            catch (ApiException refused)
            {
                return (acknowledged, refused.Message);
            }
            acknowledged.Add(name);
        }
        throw new InvalidOperationException("the disk never filled");
    }
}
