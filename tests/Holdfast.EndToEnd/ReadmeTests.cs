using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>Every command of the README does what the README says, in its order, from the repository's folder.</summary>
public sealed class ReadmeTests : IDisposable
{
    private static readonly TimeSpan FirstBuild = TimeSpan.FromMinutes(8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_command_succeeds_in_the_order_of_the_readme()
    {
        var commands = Commands();
        Assert.Equal("./holdfast demo", commands[0]);
        await RunAsync(commands[0]);
        await using var up = Start("exec ./holdfast up --port 0");
        await up.SaysAsync("Ctrl-C stops it");
        foreach (var command in commands[1..])
        {
            await RunAsync(command);
        }
        Assert.Equal(0, (await up.EndsAsync(Patience.Rollout)).ExitCode);
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "README.md")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("no folder above the tests has a README.md");
            }
            return folder.FullName;
        }
    }

    /// <summary>What follows "$ " in the README's console blocks.</summary>
    private static string[] Commands()
    {
        var isConsole = false;
        var commands = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Root, "README.md")))
        {
            isConsole = line.StartsWith("```", StringComparison.Ordinal) ? line == "```console" : isConsole;
            if (isConsole && line.StartsWith("$ ", StringComparison.Ordinal))
            {
                commands.Add(line[2..].Trim());
            }
        }
        return [.. commands];
    }

    private async Task RunAsync(string command)
    {
        await using var program = Start(command);
        (await program.EndsAsync(FirstBuild)).Succeeded();
    }

    private RunningProgram Start(string command) => RunningProgram.Start(
        "bash", ["-c", $"cd '{Root}' && {command}"],
        ("HOLDFAST_DATA", _folder["data"]), ("KUBECONFIG", Path.Combine(_folder["data"], "kubeconfig")), ("CI", null));
}
