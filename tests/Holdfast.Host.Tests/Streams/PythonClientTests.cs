using System.Diagnostics;

namespace Holdfast.Host.Tests.Streams;

/// <summary>Kubernetes' own client for Python, as Debian has it, finds what it expects.</summary>
public sealed class PythonClientTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private const string Python = "/usr/bin/python3";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_python_client_lists_watches_patches_streams_and_leads()
    {
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "conversation.py"), cluster.Cluster.Kubeconfig])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = cluster.Folder.Path;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop).WaitAsync(PodCluster.Deadline, Stop);
        Assert.True(process.ExitCode == 0, $"{await output}{await errors}");
        Assert.Equal(["objects", "watches", "pages", "pods", "workloads", "dynamically", "leases", "everything-listed"],
            (await output).Split('\n').Where(line => line.Length > 0 && !line.Contains(' ')));
    }
}
