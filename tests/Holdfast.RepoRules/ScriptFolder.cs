using System.Diagnostics;

namespace Holdfast.RepoRules;

/// <summary>A folder with one of the repository's two commands and a dotnet of our own, which builds what a test wants.</summary>
internal sealed class ScriptFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("holdfast-scripts-").FullName;

    public ScriptFolder(string script)
    {
        foreach (var folder in (string[])["src", "samples", "build", "bin"])
        {
            Directory.CreateDirectory(At(folder));
        }

        foreach (var file in (string[])["global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig", "src/A.cs"])
        {
            Write(file, "1");
        }

        Program(script, Repository.Find(script)!.Text);
    }

    public string At(string path) => Path.Combine(_root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    /// <summary>Writes a script that can be run.</summary>
    public void Program(string path, string text)
    {
        Write(path, text);
        File.SetUnixFileMode(At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Puts a dotnet in front of the real one: it says its version, and builds by running <paramref name="build"/>.</summary>
    public void Dotnet(string build, string version = "10.0.100") => Program(
        "bin/dotnet",
        $"#!/bin/bash\ncase $1 in --version) echo {version};; build) echo build >>{At("builds")}; {build};; *) ;; esac\n");

    /// <summary>How often dotnet built.</summary>
    public int Builds => File.Exists(At("builds")) ? File.ReadAllLines(At("builds")).Length : 0;

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int ExitCode, int ProcessId, string[] Output, string[] Errors)> RunAsync(string command, string? path = null, params string[] arguments)
    {
        var start = new ProcessStartInfo(At(command), arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = path ?? $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment.Remove("HOLDFAST_BUILD_OPTIONS");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, process.Id, Lines(await output), Lines(await errors));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
