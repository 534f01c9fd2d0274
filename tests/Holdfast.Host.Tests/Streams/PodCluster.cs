using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Node.Process.Images;
using Holdfast.Testing;

namespace Holdfast.Host.Tests.Streams;

/// <summary>A cluster of one node whose pods are real processes, and the real kubectl for it.</summary>
public sealed class PodCluster : IAsyncLifetime
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>What kubectl is told so that it streams over SPDY, as kubectl before 1.30 does.</summary>
    public static readonly string[] OverSpdy = ["KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false", "KUBECTL_PORT_FORWARD_WEBSOCKETS=false"];

    private EmbeddedCluster? _cluster;

    public TemporaryFolder Folder { get; } = new();

    public EmbeddedCluster Cluster => _cluster!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static string[] Speaking(string protocol) => protocol == "SPDY" ? OverSpdy : [];

    public async ValueTask InitializeAsync()
    {
        Assert.True(HasProgram("kubectl"), "kubectl is missing; ./test says where it is to be had");
        _cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { DataFolder = Folder["data"], Nodes = 1, CommandLine = "the tests of the host" }, Stop);
        await Eventually.HoldsAsync("the default account is there",
            async () => await Cluster.Client.FindAsync<ServiceAccount>("default", "default", Stop) is not null, Deadline, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>Runs a pod of one container with a shell script, and waits until it runs.</summary>
    public async Task<Pod> RunPodAsync(string name, string script, Func<Container, Container>? change = null)
    {
        var container = new Container { Name = "c", Image = LocalImageStore.HostImage.Reference, Command = ["sh", "-c", script] };
        await Cluster.Client.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name, Labels = Model.Values.ValueMap.Of(("app", name)) },
            Spec = new PodSpec { TerminationGracePeriodSeconds = 1, Containers = [change is null ? container : change(container)] },
        }, Stop);
        await Eventually.HoldsAsync($"pod {name} runs",
            async () => (await Cluster.Client.GetAsync<Pod>("default", name, Stop)).Status.ContainerStatuses is [{ State.Running: not null }], Deadline, Stop);
        return await Cluster.Client.GetAsync<Pod>("default", name, Stop);
    }

    /// <summary>The administrator's certificate, from the kubeconfig.</summary>
    public X509Certificate2 Administrator()
    {
        var lines = File.ReadAllLines(Cluster.Kubeconfig);
        return X509Certificate2.CreateFromPem(Of("client-certificate-data"), Of("client-key-data"));

        string Of(string name) => Encoding.UTF8.GetString(Convert.FromBase64String(lines.First(line => line.Contains(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim()));
    }

    /// <summary>Runs kubectl to its end.</summary>
    public Task<Outcome> KubectlAsync(string input, string[] environment, params string[] arguments) => EndAsync(Kubectl(environment, arguments), input);

    /// <summary>Runs kubectl to its end in a terminal of its own, into which a text is typed once something is seen.</summary>
    public async Task<Outcome> TypeAsync(string[] environment, string arguments, params (string Seen, string Typed)[] steps)
    {
        using var process = Started(environment, "script", "-qefE", "always", "-c", $"stty cols 91 rows 37; kubectl --kubeconfig {Cluster.Kubeconfig} {arguments}", "/dev/null");
        var output = new StringBuilder();
        var buffer = new char[4096];
        var step = 0;
        var read = process.StandardOutput.ReadAsync(buffer, Stop).AsTask();
        while (await read.WaitAsync(Deadline, Stop) is > 0 and var count)
        {
            output.Append(buffer, 0, count);
            while (step < steps.Length && output.ToString().Contains(steps[step].Seen, StringComparison.Ordinal))
            {
                await process.StandardInput.WriteAsync(steps[step++].Typed);
                await process.StandardInput.FlushAsync(Stop);
            }
            read = process.StandardOutput.ReadAsync(buffer, Stop).AsTask();
        }
        await process.WaitForExitAsync(Stop).WaitAsync(Deadline, Stop);
        return new(process.ExitCode, output.ToString(), "");
    }

    public Process Kubectl(string[] environment, params string[] arguments) =>
        Started(environment, "kubectl", ["--kubeconfig", Cluster.Kubeconfig, .. arguments]);

    private Process Started(string[] environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = Folder.Path;
        foreach (var entry in environment)
            start.Environment[entry.Split('=')[0]] = entry.Split('=')[1];
        return Process.Start(start)!;
    }

    private static async Task<Outcome> EndAsync(Process process, string input)
    {
        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(Stop).WaitAsync(Deadline, Stop);
            return new(process.ExitCode, await output, await errors);
        }
    }

    private static bool HasProgram(string name) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));
}

/// <summary>How a program ended.</summary>
public sealed record Outcome(int Code, string Output, string Errors);
