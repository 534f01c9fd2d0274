using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>The process that runs the cluster of a data folder.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="CommandLine">How it was started.</param>
public sealed record RunningCluster(int ProcessId, string CommandLine)
{
    private const int Terminate = 15;

    /// <summary>Finds the process that holds a data folder, or null when none does.</summary>
    /// <param name="dataFolder">The data folder.</param>
    public static RunningCluster? Find(string dataFolder)
    {
        if (!Directory.Exists(dataFolder))
        {
            return null;
        }
        try
        {
            using var free = Store.DataFolder.Acquire(dataFolder, "a look whether the cluster runs");
            return null;
        }
        catch (DataFolderInUseException held)
        {
            return new(held.ProcessId ?? 0, held.CommandLine ?? "a process that is just starting");
        }
    }

    /// <summary>Asks the process for an orderly stop and waits until it has ended.</summary>
    /// <param name="cancellationToken">Ends the wait, not the stop.</param>
    /// <exception cref="ClusterException">The process may not be signalled.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var process = Open();
        if (process is null)
        {
            return;
        }
        if (Kill(ProcessId, Terminate) != 0)
        {
            throw new ClusterException($"process {ProcessId} ({CommandLine}) could not be asked to stop: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}; stop it as the user who started it.");
        }
        await process.WaitForExitAsync(cancellationToken);
    }

    private Process? Open()
    {
        try
        {
            return Process.GetProcessById(ProcessId);
        }
        catch (ArgumentException)
        {
            // It ended just now.
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
