namespace Holdfast.EndToEnd.Programs;

/// <summary>The built <c>holdfast</c>, as its user has it.</summary>
internal static class HoldfastCommand
{
    /// <summary>In a build's output each project has a folder beside this one's: bin/PROJECT/CONFIGURATION.</summary>
    public static string Path
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory);
            var program = System.IO.Path.Combine(here.Parent!.Parent!.FullName, "Holdfast.Cli", here.Name, "holdfast");
            Assert.True(File.Exists(program), $"{program} is missing: build Holdfast.Cli");
            return program;
        }
    }

    public static RunningProgram Start(params string[] arguments) => RunningProgram.Start(Path, arguments, OwnHome);

    /// <summary>Starts it as a shell with a terminal does: not deaf to Ctrl-C, as what a script starts in the background is.</summary>
    public static RunningProgram StartAtTerminal(params string[] arguments) =>
        RunningProgram.Start("env", ["--default-signal=INT", Path, .. arguments], OwnHome);

    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndsAsync(Patience.Rollout);
    }

    /// <summary>Nobody's own cluster is ever touched.</summary>
    private static (string, string?)[] OwnHome => [("HOME", "/nonexistent"), ("HOLDFAST_DATA", null), ("KUBECONFIG", null)];
}
