using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>The files of one attempt of a container; who writes each is said with it.</summary>
/// <param name="path">The folder.</param>
internal sealed class ContainerFolder(string path)
{
    public string Path { get; } = path;

    /// <summary>By Holdfast: its <see cref="ContainerRecord"/>.</summary>
    public string Record => In("container.json");

    /// <summary>By Holdfast: makes the container's surroundings and becomes its program.</summary>
    public string LaunchScript => In("launch.sh");

    /// <summary>By Holdfast: puts the container's root together, inside its namespaces.</summary>
    public string EnterScript => In("enter.sh");

    /// <summary>By Holdfast: environment and command line, read by the program's own user.</summary>
    public string ProgramScript => In("program.sh");

    /// <summary>By Holdfast: the environment alone, for commands that are brought in later.</summary>
    public string EnvironmentScript => In("environment.sh");

    /// <summary>By Holdfast, once everything is known to be gone: the <see cref="ContainerExit"/>.</summary>
    public string Ended => In("ended.json");

    /// <summary>By the minder: its own identity.</summary>
    public string Minder => In("minder");

    /// <summary>By the minder: what its tools complained of.</summary>
    public string MinderLog => In("minder.log");

    /// <summary>By the minder: identities of the two log writers.</summary>
    public string Writers => In("writers");

    /// <summary>By the launch script: identity of the main process.</summary>
    public string Main => In("main");

    /// <summary>By the launch script: the mount namespace, when it has its own.</summary>
    public string MountNamespace => In("namespace");

    /// <summary>By the program's user, just before it becomes the program: <c>started</c>, or <c>CODE MESSAGE</c>.</summary>
    public string Start => In("start");

    /// <summary>By the launch script, of a container with input: the pipe it reads.</summary>
    public string Input => In("in.fifo");

    /// <summary>By the launch script, of a container with input: whoever opens this pipe ends the input.</summary>
    public string CloseInput => In("close.fifo");

    /// <summary>By the program's terminal: what it showed lately, for those who look on.</summary>
    public string Terminal => In("terminal");

    /// <summary>By the minder: <c>CODE SECONDS</c>.</summary>
    public string Exit => In("exit");

    /// <summary>
    /// By the program: its last message. The name is this container's alone, and shows in the mount table of all its
    /// processes; the number of a mount namespace would not do, as it is given to another one once it is free.
    /// </summary>
    public string TerminationMessage => In(MountMark);

    /// <summary>What the mount tables of the container's processes have and no others.</summary>
    public string MountMark { get; } =
        "termination-log." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    /// <summary>Empty: where the container's root is put together, in its own mount namespace.</summary>
    public string Root => In("root");

    /// <summary>Empty: scratch space for putting it together.</summary>
    public string Stage => In("stage");

    public static ContainerFolder Of(string podFolder, ContainerId id) => new(
        System.IO.Path.Combine(podFolder, "containers", id.Name, id.Attempt.ToString(CultureInfo.InvariantCulture)));

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
