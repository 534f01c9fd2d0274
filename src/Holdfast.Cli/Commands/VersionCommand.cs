using System.CommandLine;
using System.Reflection;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast version</c>.</summary>
internal static class VersionCommand
{
    internal static string Version => typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    internal static Command Make()
    {
        var command = new Command("version", "Print the versions of Holdfast and of the Kubernetes API that it speaks");
        command.SetAction(_ => Console.WriteLine($"holdfast {Version} (Kubernetes API 1.36)"));
        return command;
    }
}
