using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>
/// What the README tells its reader to type works, in the order in which it is written: one shell, one home, one data folder.
/// <c>./holdfast</c> is the program that was built with the tests; <c>./test</c> is what runs this and is not run by it.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const string Mark = "--- command done with ";

    private readonly TemporaryFolder _folder = new();

    private static string Root => Directory.GetParent(Directory.GetParent(Manifests.LedgerExample)!.FullName)!.FullName;

    public void Dispose()
    {
        PodProcesses.End(_folder.Path);
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_command_of_the_readme_works()
    {
        var readme = Path.Combine(Root, "README.md");
        var commands = File.Exists(readme) ? Commands(await File.ReadAllTextAsync(readme, TestContext.Current.CancellationToken)) : [];
        TestContext.Current.TestOutputHelper?.WriteLine($"README.md has {commands.Count} commands that can be run here.");
        if (commands.Count == 0)
            return;
        await using var shell = RunningProgram.Start("bash", ["-c", Script(commands)], ("HOME", _folder.Path), ("HOLDFAST_DATA", null), ("KUBECONFIG", null));
        var outcome = await shell.EndsAsync(TimeSpan.FromMinutes(5));
        for (var number = 0; number < commands.Count; number++)
            Assert.True(outcome.Output.Contains($"{Mark}0: {number}\n", StringComparison.Ordinal), $"\"{commands[number]}\" of README.md failed:\n{outcome}");
    }

    [Fact]
    public void Commands_are_read_from_console_blocks_without_their_remarks() =>
        Assert.Equal(["./holdfast up &", "kubectl get pods"], Commands("```console\n$ ./holdfast up  # in a terminal of its own\nReady\n$ kubectl get pods\n$ ./test\n```\n```yaml\n$ no\n```\n"));

    /// <summary>What can be run one after the other: a cluster in the foreground goes to the background, as in a second terminal.</summary>
    private static List<string> Commands(string text) =>
        [.. from Match block in ConsoleBlock().Matches(text)
            from line in block.Groups[1].Value.Split('\n')
            where line.StartsWith("$ ", StringComparison.Ordinal)
            let command = line[2..].Split("  #")[0].Trim()
            where command != "./test" && !command.StartsWith("./test ", StringComparison.Ordinal) && !IsOfAClone(command)
            select Foreground().IsMatch(command) ? command + " &" : command];

    // A clone of the repository is what this already is.
    private static bool IsOfAClone(string command) => command.StartsWith("git clone", StringComparison.Ordinal) || command.StartsWith("cd ", StringComparison.Ordinal);

    private static string Script(List<string> commands)
    {
        var lines = new List<string>
        {
            $"cd \"$HOME\"; ln -s '{HoldfastCommand.Path}' holdfast; ln -s '{Path.Combine(Root, "examples")}' examples; ln -s '{Path.Combine(Root, "docs")}' docs",
            "trap './holdfast down >/dev/null' EXIT",
        };
        for (var number = 0; number < commands.Count; number++)
        {
            lines.Add(commands[number]);
            lines.Add($"echo \"{Mark}$?: {number}\"");
            if (commands[number].EndsWith('&'))
                lines.Add("for try in $(seq 900); do ./holdfast status >/dev/null 2>&1; [ $? -ne 3 ] && [ -e ~/.holdfast/kubeconfig ] && break; sleep 0.1; done");
        }
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"^```console\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"^\./holdfast up\b(?!.*&$)")]
    private static partial Regex Foreground();
}
