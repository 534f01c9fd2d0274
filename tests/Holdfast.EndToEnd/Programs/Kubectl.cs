namespace Holdfast.EndToEnd.Programs;

/// <summary>The real kubectl, found on the path.</summary>
/// <param name="kubeconfig">The kubeconfig that it uses.</param>
/// <param name="home">A folder for its cache.</param>
internal sealed class Kubectl(string kubeconfig, string home)
{
    public static string Path => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => System.IO.Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("kubectl is not on the PATH: install kubectl 1.27 or newer (the Kubernetes documentation, \"Install Tools\"), then run the tests again");

    public RunningProgram Start(params string[] arguments) => Start([], arguments);

    /// <summary>What it says when all goes well.</summary>
    public async Task<string> SaysAsync(params string[] arguments) => (await RunAsync(arguments)).Succeeded();

    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndsAsync(Patience.Rollout);
    }

    /// <summary>Runs with a manifest on its standard input: <c>apply -f -</c>.</summary>
    public async Task<Outcome> ApplyAsync(string manifest, params string[] arguments)
    {
        await using var program = Start(["apply", "-f", "-", .. arguments]);
        await program.WriteAsync(manifest);
        return await program.EndsAsync();
    }

    /// <summary>Edits with a sed expression in place of a person.</summary>
    public async Task<Outcome> EditAsync(string expression, params string[] arguments)
    {
        await using var program = Start([("EDITOR", $"sed -i '{expression}'"), ("KUBE_EDITOR", null)], ["edit", .. arguments]);
        return await program.EndsAsync();
    }

    private RunningProgram Start((string, string?)[] environment, string[] arguments) =>
        RunningProgram.Start(Path, arguments, [("KUBECONFIG", kubeconfig), ("HOME", home), .. environment]);
}
