using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Tests;

/// <summary>A runtime in a folder of its own, and short ways to say what a test wants of it.</summary>
public sealed class RuntimeFixture : IAsyncDisposable
{
    public const string PodUid = "2f0e-pod";

    private readonly Func<string, Task<IContainerRuntime>> _open;

    private RuntimeFixture(Func<string, Task<IContainerRuntime>> open) => _open = open;

    public string Folder { get; } = Directory.CreateTempSubdirectory("holdfast-runtime-").FullName;

    public IContainerRuntime Runtime { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RuntimeFixture> OpenAsync(Func<string, Task<IContainerRuntime>> open)
    {
        RuntimeFixture fixture = new(open);
        fixture.Runtime = await open(fixture.Folder);
        return fixture;
    }

    public PodSandboxSpec Pod(string uid = PodUid, string name = "web-0") => new()
    {
        Namespace = "default",
        Name = name,
        Uid = uid,
        Hostname = name,
        FullyQualifiedName = $"{name}.web.default.svc.cluster.local",
        Dns = new DnsSettings { Nameservers = ["127.20.255.53"], Searches = ["default.svc.cluster.local", "cluster.local"], Options = ["ndots:5"] },
        LogDirectory = Path.Combine(Folder, "logs", uid),
    };

    /// <summary>A container of the host image that runs a shell script.</summary>
    public static ContainerSpec Script(string script, string name = "app", int attempt = 0, string uid = PodUid) => new()
    {
        Id = new ContainerId(uid, name, attempt),
        Image = Images.LocalImageStore.HostImage,
        Command = ["sh", "-c", script],
        LogFile = $"{name}/{attempt}.log",
    };

    public async Task<ContainerStatus> StartAsync(ContainerSpec spec)
    {
        await Runtime.EnsureSandboxAsync(Pod(spec.Id.PodUid), Token);
        return await Runtime.StartContainerAsync(spec, Token);
    }

    public async Task<ContainerStatus> RunAsync(ContainerSpec spec)
    {
        await StartAsync(spec);
        return await Runtime.WaitExitAsync(spec.Id, Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    /// <summary>Runs a script to its end and gives what it printed.</summary>
    public async Task<IReadOnlyList<string>> OutputAsync(ContainerSpec spec) => Text(await RunAsync(spec));

    /// <summary>The text of a container's log lines, oldest first, parts put together.</summary>
    public static IReadOnlyList<string> Text(ContainerStatus status, string? stream = null)
    {
        List<string> lines = [];
        string partial = "";
        foreach (string line in File.ReadLines(status.LogPath))
        {
            string[] fields = line.Split(' ', 4);
            if (stream is not null && fields[1] != stream) continue;
            partial += fields[3];
            if (fields[2] == "P") continue;
            lines.Add(partial);
            partial = "";
        }

        return lines;
    }

    public string NewVolume(string name)
    {
        string path = Path.Combine(Folder, "volumes", name);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        return path;
    }

    public async Task<(ExecResult Result, string Output)> ExecAsync(ContainerId id, params string[] command)
    {
        using MemoryStream output = new();
        ExecResult result = await Runtime.ExecAsync(new ExecRequest { Id = id, Command = command, StandardOutput = output }, Token);
        return (result, System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>Lets go of everything, as a crash would, and begins anew on the same folder.</summary>
    public async Task ReopenAsync()
    {
        await Runtime.DisposeAsync();
        Runtime = await _open(Folder);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PodRuntimeStatus pod in await Runtime.ListAsync(CancellationToken.None))
        {
            foreach (ContainerStatus container in pod.Containers)
                await Runtime.StopContainerAsync(container.Id, TimeSpan.Zero, CancellationToken.None);
            await Runtime.RemoveSandboxAsync(pod.Sandbox.Uid, CancellationToken.None);
        }

        await Runtime.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
