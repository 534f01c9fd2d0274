using System.CommandLine;

namespace Holdfast.Cli;

/// <summary>The option that names the cluster by its data folder, the same for every command.</summary>
internal static class DataFolders
{
    internal static Option<string> Option() => new("--data")
    {
        Description = "The folder that holds the cluster's state",
        HelpName = "DIR",
        DefaultValueFactory = _ => Default,
    };

    internal static string Default => Environment.GetEnvironmentVariable("HOLDFAST_DATA") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".holdfast");
}
