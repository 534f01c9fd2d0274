namespace Holdfast.Cli;

/// <summary>What the program's exit tells a script; documented in <c>docs/cli.md</c>.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    internal const int Done = 0;

    /// <summary>What was asked could not be done, or a promise was not kept.</summary>
    internal const int Failed = 1;

    /// <summary>The command line was not understood.</summary>
    internal const int Usage = 2;

    /// <summary>There is no cluster to ask.</summary>
    internal const int NotRunning = 3;

    /// <summary>It was interrupted.</summary>
    internal const int Interrupted = 130;
}
