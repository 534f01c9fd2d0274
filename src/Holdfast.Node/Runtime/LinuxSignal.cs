namespace Holdfast.Node.Runtime;

/// <summary>Signal numbers that are the same on every Linux machine, and how exit codes carry them.</summary>
public static class LinuxSignal
{
    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGKILL: cannot be caught.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM: please end.</summary>
    public const int Terminate = 15;

    /// <summary>The signal that an exit code stands for (128 + n), or null.</summary>
    public static int? FromExitCode(int code) => code is > 128 and <= 128 + 64 ? code - 128 : null;
}
