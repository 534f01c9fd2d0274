using System.Globalization;
using System.Text;
using Holdfast.Node.Process.Isolation;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Launch;

/// <summary>
/// Writes the scripts of one container. Descriptors on the way: 3 the program script, opened by the launcher because
/// the program's user may not reach it; 4 the start file; 5 and 6 the program's output. Until the program runs,
/// complaints go to the minder's log.
/// </summary>
internal static class ContainerScripts
{
    // What a container's root user may do, as container engines give it by default.
    private const string RootCapabilities =
        "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";

    /// <summary>The variable that all processes of a command brought in later inherit.</summary>
    public const string ExecMarker = "HOLDFAST_EXEC_ID";

    private const string ReadProgram = "script=$(cat <&3) && exec 3<&- && eval \"$script\"";

    /// <summary>Runs in the container's folder as the minder's child and becomes the program.</summary>
    public static string Launch(LaunchPlan plan)
    {
        string next = plan.Mode switch
        {
            IsolationMode.Namespaces => "unshare --mount --uts --propagation private sh ./enter.sh",
            IsolationMode.UserNamespaces => $"unshare {UserNamespace(plan)} --mount --uts --propagation private sh ./enter.sh",
            _ => AsProgramUser(plan),
        };
        return $$"""
            {{Fail}}
            read -r stat </proc/$$/stat || exit 128
            set -- ${stat##*) }
            echo "$$ ${20}" >main.tmp && mv main.tmp main || exit 128
            {{OpenInput(plan)}}
            exec 3<program.sh 4>>start || exit 128
            exec setsid {{next}}

            """;
    }

    /// <summary>Runs inside the new namespaces: puts the root together and enters it.</summary>
    public static string Enter(LaunchPlan plan)
    {
        StringBuilder script = new();
        script.AppendLine(Fail);
        script.AppendLine("umask 022");
        script.AppendLine("readlink /proc/self/ns/mnt >namespace || fail 128 'cannot read the mount namespace'");
        script.Append(RootScript.Write(plan.Mounts, plan.Mode));
        string setHostname = HostTools.Has("hostname") ? $"hostname {Shell.Quote(plan.Hostname)}" : $"echo {Shell.Quote(plan.Hostname)} >/proc/sys/kernel/hostname";
        script.AppendLine(CultureInfo.InvariantCulture, $"{setHostname} || fail 128 'cannot set the host name'");
        script.AppendLine(CultureInfo.InvariantCulture, $"exec chroot root {AsProgramUser(plan)}");
        return script.ToString();
    }

    /// <summary>Runs as the program's user: sets the environment, looks whether the program is there, becomes it.</summary>
    public static string Program(LaunchPlan plan)
    {
        string directory = Shell.Quote(plan.WorkingDirectory);
        return $$"""
            {{Fail}}
            umask 022
            cd {{directory}} 2>/dev/null || fail 128 "the working directory "{{directory}}" is not there, or may not be entered"
            {{Environment(plan.Environment)}}{{FindProgram}}
            find_program {{Shell.Quote(plan.Command[0])}}
            echo started >&4
            exec {{CommandLine(plan)}} >&5 2>&6 4>&- 5>&- 6>&-

            """;
    }

    /// <summary>The environment alone, for <see cref="Exec"/>.</summary>
    public static string EnvironmentOnly(LaunchPlan plan) =>
        $"cd {Shell.Quote(plan.WorkingDirectory)} || exit 126\n"
        + Environment(plan.Environment) + $"odd_variables={Shell.Quote(OddVariables(plan.Environment))}\n";

    /// <summary>A command line for the runtime's shell that runs a command in a running container; see <see cref="LaunchPlan"/>.</summary>
    public static string Exec(ExecPlan plan)
    {
        string enter = plan.Mode switch
        {
            IsolationMode.Namespaces => $"nsenter --target {plan.MainPid} --mount --uts --root ",
            IsolationMode.UserNamespaces => $"nsenter --target {plan.MainPid} --user --preserve-credentials --mount --uts --root ",
            _ => "",
        };
        string become = SetPrivileges(plan.Mode, plan.Own, plan.Identity);
        string command = Shell.Quote(plan.Command);
        string terminal = plan.HasTerminal ? $"export TERM=\"${{TERM:-{TerminalLauncher.Type}}}\"; " : "";
        string program = $"export {ExecMarker}={plan.ExecId}; {ReadProgram} && umask 022; {terminal}eval \"exec $odd_variables\"{Shell.Quote(command)}";
        return $"exec 3<{Shell.Quote(plan.EnvironmentScript)} && exec {enter}{become}sh -c {Shell.Quote(program)}";
    }

    // The pipe is held open from outside until somebody writes to close.fifo; by a process of no parent, since the program may
    // count its children.
    private static string OpenInput(LaunchPlan plan)
    {
        if (!plan.HasInput) return "";
        string record = plan.TerminalProgram is null ? "" : " && : >terminal && chmod 666 terminal && exec 7>>terminal";
        return $"""
            mkfifo -m 666 in.fifo && mkfifo close.fifo{record} || exit 128
            ( env {Shell.Quote(plan.MarkerEntry)} cat close.fifo >in.fifo 5>&- 6>&- & )
            exec <in.fifo
            """;
    }

    private static string CommandLine(LaunchPlan plan)
    {
        string command = OddVariables(plan.Environment) + Shell.Quote(plan.Command);
        return plan.TerminalProgram is { } terminal
            ? $"env TERM=\"${{TERM:-{TerminalLauncher.Type}}}\" SHELL=/bin/sh {terminal} {Shell.Quote(TerminalLauncher.Arguments($"exec 7>&-; exec {command}", "/proc/self/fd/7"))}"
            : command;
    }

    private const string Fail = "fail() { printf '%s %s\\n' \"$1\" \"$2\" >&4; exit \"$1\"; }";

    private const string FindProgram = """
        find_program() {
            program=
            case $1 in
            */*) program=$1 ;;
            *)
                IFS=:
                for folder in $PATH; do
                    if [ -f "$folder/$1" ] && [ -x "$folder/$1" ]; then program=$folder/$1; break; fi
                done
                unset IFS folder
                [ -n "$program" ] || fail 127 "the program $1 is not in $PATH"
                ;;
            esac
            [ -e "$program" ] || fail 127 "the program $1 is not there"
            [ -f "$program" ] && [ -x "$program" ] || fail 126 "the program $1 may not be executed by this user"
            unset program
        }
        """;

    private static string UserNamespace(LaunchPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"--user --map-user={plan.Identity.User ?? plan.Own.User} --map-group={GroupOf(plan.Identity) ?? plan.Own.Group} --keep-caps");

    private static string AsProgramUser(LaunchPlan plan) =>
        $"{SetPrivileges(plan.Mode, plan.Own, plan.Identity)}sh -c {Shell.Quote(ReadProgram)}";

    private static string SetPrivileges(IsolationMode mode, (long User, long Group) own, ContainerIdentity identity)
    {
        if (!HostTools.Has("setpriv")) return "";
        if (own.User != 0)
            return mode == IsolationMode.None ? "setpriv --no-new-privs " : "setpriv --no-new-privs --bounding-set -all --inh-caps -all --ambient-caps -all ";
        long user = identity.User ?? 0;
        string groups = identity.SupplementalGroups.Count == 0 ? "--clear-groups" : "--groups " + string.Join(',', identity.SupplementalGroups);
        string capabilities = user == 0 ? RootCapabilities : "-all";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"setpriv --reuid {user} --regid {GroupOf(identity) ?? 0} {groups} --no-new-privs --bounding-set {capabilities} --inh-caps -all ");
    }

    private static long? GroupOf(ContainerIdentity identity) => identity.Group ?? identity.User;

    private static string Environment(IReadOnlyList<EnvironmentVariable> variables)
    {
        StringBuilder script = new("unset PWD OLDPWD SHLVL LC_ALL\n");
        foreach (EnvironmentVariable variable in variables.Where(variable => Shell.IsVariableName(variable.Name)))
            script.AppendLine(CultureInfo.InvariantCulture, $"export {variable.Name}={Shell.Quote(variable.Value)}");
        return script.ToString();
    }

    // Names such as `my.setting`: a shell cannot hold them, `env` can give them.
    private static string OddVariables(IReadOnlyList<EnvironmentVariable> variables)
    {
        IReadOnlyList<string> odd = [.. variables.Where(variable => !Shell.IsVariableName(variable.Name)).Select(variable => $"{variable.Name}={variable.Value}")];
        return odd.Count == 0 ? "" : $"env {Shell.Quote(odd)} ";
    }
}

/// <summary>How a command is brought into a running container.</summary>
/// <param name="Mode">How the container is kept apart.</param>
/// <param name="Own">The user and group this process acts as.</param>
/// <param name="Identity">Whom the container runs as.</param>
/// <param name="MainPid">Its main process.</param>
/// <param name="EnvironmentScript">Path of its environment script.</param>
/// <param name="Command">Program and arguments.</param>
/// <param name="ExecId">Marks its processes; without spaces or quotes.</param>
internal sealed record ExecPlan(
    IsolationMode Mode, (long User, long Group) Own, ContainerIdentity Identity, int MainPid, string EnvironmentScript,
    IReadOnlyList<string> Command, string ExecId)
{
    /// <summary>Whether it has a terminal.</summary>
    public bool HasTerminal { get; init; }
}
