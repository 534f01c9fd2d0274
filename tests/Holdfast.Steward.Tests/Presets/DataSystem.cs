using System.Diagnostics;
using System.Globalization;
using Holdfast.Steward.Actions;
using Holdfast.Testing;

namespace Holdfast.Steward.Tests.Presets;

/// <summary>A real data system of three members, as processes on loopback addresses of their own.</summary>
public abstract class DataSystem : IAsyncDisposable
{
    internal const int Members = 3;

    private readonly Dictionary<int, Process> _processes = [];
    private readonly TemporaryFolder _folder = new();
    private readonly int _block;

    protected DataSystem(int kind, string preset)
    {
        // A block of its own for each run: several may go on at once.
        _block = kind;
        Description = MemberDescription.Read(new() { Preset = preset }, out var issues) ?? throw new InvalidOperationException(string.Join("; ", issues));
    }

    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal MemberDescription Description { get; }

    protected string Folder => _folder.Path;

    internal abstract string PodOf(int ordinal);

    protected abstract ProcessStartInfo Command(int ordinal);

    internal string Address(int ordinal) => string.Create(CultureInfo.InvariantCulture,
        $"127.{150 + (Environment.ProcessId % 90)}.{(Environment.ProcessId / 90 % 120 * 2) + _block}.{ordinal + 1}");

    internal MemberPlace Place(int ordinal) => new("default", PodOf(ordinal), Address(ordinal));

    internal SetVariables Set { get; } = new("db", "default", "db", Members);

    internal MemberVariables Variables(int ordinal, string id = "") => new(PodOf(ordinal), ordinal, PodOf(ordinal), Address(ordinal), id, Address(ordinal));

    internal virtual Task StartAsync()
    {
        for (var ordinal = 0; ordinal < Members; ordinal++)
            Start(ordinal);
        return Task.CompletedTask;
    }

    internal void Start(int ordinal)
    {
        var command = Command(ordinal);
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        var process = Process.Start(command)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes[ordinal] = process;
    }

    internal void Kill(int ordinal)
    {
        _processes[ordinal].Kill();
        _processes[ordinal].WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Debian's etcd, with its defaults.</summary>
public sealed class EtcdSystem() : DataSystem(0, "etcd")
{
    internal override string PodOf(int ordinal) => $"etcd-{ordinal}";

    protected override ProcessStartInfo Command(int ordinal)
    {
        var (client, peer) = ($"http://{Address(ordinal)}:2379", $"http://{Address(ordinal)}:2380");
        var start = new ProcessStartInfo("etcd");
        foreach (var argument in new[]
        {
            "--name", PodOf(ordinal), "--data-dir", Path.Combine(Folder, $"{ordinal}"), "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster-state", ordinal >= Members ? "existing" : "new",
            "--initial-cluster", string.Join(',', Enumerable.Range(0, Math.Max(Members, ordinal + 1)).Select(other => $"{PodOf(other)}=http://{Address(other)}:2380")),
        })
            start.ArgumentList.Add(argument);
        return start;
    }
}

/// <summary>The sample's ledger.</summary>
public sealed class LedgerSystem() : DataSystem(1, "ledger-store")
{
    internal override string PodOf(int ordinal) => $"ledger-store-{ordinal}";

    protected override ProcessStartInfo Command(int ordinal)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ledger-store"));
        start.Environment["POD_NAME"] = PodOf(ordinal);
        start.Environment["POD_IP"] = Address(ordinal);
        start.Environment["LEDGER_DATA"] = Path.Combine(Folder, $"{ordinal}");
        start.Environment["LEDGER_PEERS"] = string.Join(',', Enumerable.Range(0, Members).Select(other => $"{PodOf(other)}={Address(other)}:8081"));
        return start;
    }
}
