using System.Runtime.InteropServices;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Sends signals to exactly the process that was meant.</summary>
internal static class Signals
{
    // The same numbers on every architecture, as for all system calls since Linux 5.0.
    private const long PidfdSendSignal = 424;
    private const long PidfdOpen = 434;

    /// <summary>Sends a signal; does nothing when that process has ended, also when its pid has come back.</summary>
    public static void Send(ProcessIdentity process, int signal)
    {
        long descriptor = SystemCall(PidfdOpen, process.Pid, 0, 0, 0);
        if (descriptor < 0)
        {
            // Kernels before 5.3: a pid can come back between the look and the signal, but hardly within microseconds.
            if (process.IsAlive) _ = SendToPid(process.Pid, signal);
            return;
        }

        try
        {
            // The descriptor holds on to one process; if that one is the one that was meant, no other can be hit.
            if (process.IsAlive) _ = SystemCall(PidfdSendSignal, descriptor, signal, 0, 0);
        }
        finally
        {
            _ = CloseDescriptor((int)descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern long SystemCall(long number, long first, long second, long third, long fourth);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendToPid(int pid, int signal);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int CloseDescriptor(int descriptor);

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEffectiveUser();

    [DllImport("libc", EntryPoint = "getegid")]
    private static extern uint GetEffectiveGroup();

    /// <summary>The user this process acts as.</summary>
    public static long EffectiveUser => GetEffectiveUser();

    /// <summary>The group this process acts as.</summary>
    public static long EffectiveGroup => GetEffectiveGroup();
}
