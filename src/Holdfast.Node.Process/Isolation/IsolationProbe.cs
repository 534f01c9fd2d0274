using System.Diagnostics;
using Holdfast.Node.Process.Launch;
using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Isolation;

/// <summary>Finds out by trying how containers can be kept apart: does once, with a file, all that a container needs.</summary>
internal static class IsolationProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <returns>The best mode that works, and what the better ones complained of.</returns>
    public static async Task<(IsolationMode Mode, string? Complaint)> TryAsync(
        string folder, HostTools tools, TimeProvider time, CancellationToken cancellationToken)
    {
        string[] needed = ["unshare", "mount", "chroot", "nsenter", "readlink", "setpriv"];
        if (needed.FirstOrDefault(name => !HostTools.Has(name)) is { } missing) return (IsolationMode.None, $"this machine lacks {missing}");
        string? complaint = null;
        IsolationMode[] modes = Signals.EffectiveUser == 0 ? [IsolationMode.Namespaces] : [IsolationMode.UserNamespaces];
        foreach (IsolationMode mode in modes)
        {
            complaint = await TryAsync(mode, folder, tools, time, cancellationToken);
            if (complaint is null) return (mode, null);
        }

        return (IsolationMode.None, complaint);
    }

    private static async Task<string?> TryAsync(
        IsolationMode mode, string folder, HostTools tools, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        foreach (string name in new[] { "", "root", "stage", "volume" }) PrivateFile.CreateFolder(Path.Combine(folder, name));
        PrivateFile.Write(Path.Combine(folder, "volume", "token"), "it works");
        // A new folder in an existing one, a new file among the devices and an existing file: every kind of place.
        MountPlan mounts = MountPlanner.Plan(
            [
                new MountRequest(Path.Combine(folder, "volume"), "/etc/holdfast-probe/deep", IsReadOnly: true),
                new MountRequest(Path.Combine(folder, "volume", "token"), "/dev/holdfast-probe", IsReadOnly: false),
            ],
            new HostView());
        LaunchPlan plan = new()
        {
            Mode = mode,
            Own = (Signals.EffectiveUser, Signals.EffectiveGroup),
            Identity = new ContainerIdentity(),
            Hostname = "holdfast-probe",
            Mounts = mounts,
            Environment = [new EnvironmentVariable("PATH", HostTools.SearchPath)],
            Command = ["cat", "/etc/holdfast-probe/deep/token"],
            WorkingDirectory = "/",
        };
        PrivateFile.Write(Path.Combine(folder, "launch.sh"), ContainerScripts.Launch(plan));
        PrivateFile.Write(Path.Combine(folder, "enter.sh"), ContainerScripts.Enter(plan));
        PrivateFile.Write(Path.Combine(folder, "program.sh"), ContainerScripts.Program(plan));
        string? complaint = await RunAsync(folder, tools, time, cancellationToken);
        Directory.Delete(folder, recursive: true);
        return complaint;
    }

    private static async Task<string?> RunAsync(string folder, HostTools tools, TimeProvider time, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(tools.Shell)
        {
            ArgumentList = { "-c", "exec 5>&1 6>&2; sh ./launch.sh </dev/null; code=$?; cat start >&2; exit $code" },
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = HostTools.SearchPath;
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        using CancellationTokenSource limit = new(Limit, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(both.Token);
            string complaints = await process.StandardError.ReadToEndAsync(both.Token);
            await process.WaitForExitAsync(both.Token);
            return await output == "it works" ? null : complaints.Replace('\n', ' ').Trim() is { Length: > 0 } text ? text : "the trial mount was not seen";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return "the trial took too long";
        }
    }
}
