using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Client;
using Holdfast.Client.Http;

namespace Holdfast.EndToEnd.Programs;

/// <summary>A cluster that <c>holdfast up</c> runs, with what talks to it. At its end it is stopped in order, and its pods with it.</summary>
internal sealed partial class Cluster : IAsyncDisposable
{
    private readonly HttpTransport _transport;

    private Cluster(RunningProgram program, string dataFolder)
    {
        (Program, DataFolder) = (program, dataFolder);
        Kubectl = new Kubectl(Kubeconfig, dataFolder);
        _transport = KubeConfig.Load(Kubeconfig).CreateTransport(TimeProvider.System);
        Client = new KubernetesClient(_transport, "end-to-end");
    }

    public RunningProgram Program { get; }

    public string DataFolder { get; }

    public Kubectl Kubectl { get; }

    public KubernetesClient Client { get; }

    public string Kubeconfig => Path.Combine(DataFolder, "kubeconfig");

    /// <summary>Where its DNS answers, as it says itself.</summary>
    public IPEndPoint Dns => IPEndPoint.Parse(DnsLine().Match(Program.Output).Groups[1].Value);

    public static Task<Cluster> StartAsync(string dataFolder, params string[] options) =>
        StartedAsync(HoldfastCommand.Start(["up", "--data", dataFolder, "--port", "0", .. options]), dataFolder);

    /// <summary>Waits until a program that was just started is a cluster.</summary>
    public static async Task<Cluster> StartedAsync(RunningProgram program, string dataFolder)
    {
        try
        {
            await program.SaysAsync("Ctrl-C stops it");
            return new Cluster(program, dataFolder);
        }
        catch (Exception)
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in order and gives what it said.</summary>
    public async Task<Outcome> StopAsync(string signal = "TERM")
    {
        Program.Signal(signal);
        return await Program.EndsAsync(Patience.Rollout);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!Program.HasExited)
                (await StopAsync()).Succeeded();
        }
        finally
        {
            _transport.Dispose();
            await Program.DisposeAsync();
            PodProcesses.End(DataFolder);
        }
    }

    [GeneratedRegex(@"^  DNS +\d+ ms +(\S+)", RegexOptions.Multiline)]
    private static partial Regex DnsLine();
}
