namespace Holdfast.Node.Process.Supervision;

/// <summary>Which boot of the machine this is: pids and start times mean nothing beyond it.</summary>
internal static class MachineBoot
{
    public static string Id() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
