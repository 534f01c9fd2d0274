using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Process.Launch;

/// <summary>
/// Gives commands a pseudo terminal by util-linux's <c>script</c>: it makes the terminal, makes the command the leader of its session, carries
/// bytes between the terminal and its own input and output, passes SIGTERM on and ends with the command's exit code.
/// </summary>
internal static class TerminalLauncher
{
    /// <summary>What the terminal is called unless the container says otherwise, as container engines have it.</summary>
    public const string Type = "xterm";

    /// <summary>The program's path.</summary>
    /// <exception cref="RuntimeException">It is not there.</exception>
    public static string Find(string subject) => HostTools.Locate("script") ?? throw new RuntimeException(
        RuntimeErrorKind.Unavailable, subject, "it wants a terminal, and this machine lacks the program script", "Install it (on Debian: apt-get install bsdutils)");

    /// <summary>Its arguments for a command line of the shell.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="recordPath">A file to which the terminal's output is also appended.</param>
    public static IReadOnlyList<string> Arguments(string commandLine, string recordPath) =>
        ["--quiet", "--return", "--flush", "--append", "--echo", "always", "--log-out", recordPath, "--command", commandLine];

    /// <summary>Sets a terminal's size; as the first words of a command line that runs in it.</summary>
    public static string SetSize(TerminalSize size) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stty cols {size.Columns} rows {size.Rows} 2>/dev/null; ");
}
