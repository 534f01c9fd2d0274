using Holdfast.Node.Process.Supervision;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Launch;

/// <summary>The programs of the machine that start and keep containers.</summary>
internal sealed class HostTools
{
    /// <summary>The search path of everything the runtime runs, and the default of containers.</summary>
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Required = ["sh", "awk", "cat", "chmod", "chown", "date", "mkdir", "mkfifo", "mv", "rm", "rmdir", "setsid", "wc"];

    private HostTools(string shell, string session, string awkFlags) => (Shell, Session, AwkFlags) = (shell, session, awkFlags);

    /// <summary>Path of the POSIX shell.</summary>
    public string Shell { get; }

    /// <summary>Path of <c>setsid</c>.</summary>
    public string Session { get; }

    /// <summary>What makes this awk pass lines on at once.</summary>
    public string AwkFlags { get; }

    /// <summary>Finds the programs.</summary>
    /// <exception cref="RuntimeException">One is missing.</exception>
    public static HostTools Find()
    {
        IReadOnlyList<string> missing = [.. Required.Concat(Signals.EffectiveUser == 0 ? ["setpriv"] : []).Where(name => Locate(name) is null)];
        if (missing.Count > 0)
        {
            throw new RuntimeException(
                RuntimeErrorKind.Unavailable, "process runtime", $"this machine lacks {string.Join(", ", missing)}",
                "Install coreutils, util-linux and an awk (on Debian: apt-get install coreutils util-linux mawk)");
        }

        return new HostTools(Locate("sh")!, Locate("setsid")!, IsMawk() ? "-W interactive" : "");
    }

    /// <summary>Whether a program is there.</summary>
    public static bool Has(string name) => Locate(name) is not null;

    private static bool IsMawk() =>
        File.ResolveLinkTarget(Locate("awk")!, returnFinalTarget: true)?.Name.Contains("mawk", StringComparison.Ordinal) ?? false;

    /// <summary>The path of a program; null when it is not there.</summary>
    public static string? Locate(string name) =>
        SearchPath.Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
