using System.Diagnostics;

namespace LedgerStore.Tests;

/// <summary>A volume of a few bytes, which only root can mount.</summary>
public static class SmallVolume
{
    public static Task<int> MountAsync(string folder, string size) => RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);

    public static Task<int> MakeReadOnlyAsync(string folder) => RunAsync("mount", "-o", "remount,ro", folder);

    public static Task<int> UnmountAsync(string folder) => RunAsync("umount", folder);

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
