using System.Diagnostics;

namespace Holdfast.Conformance;

/// <summary>A conversation that was recorded with a real Kubernetes server; these lie beside the repository, or nowhere.</summary>
/// <param name="Folder">The folder that has the replaying program and the cases.</param>
/// <param name="Name">Its name below the cases: "statefulset/rollback".</param>
internal sealed record RecordedCase(string Folder, string Name)
{
    /// <summary>All of them; none when they are not beside the repository.</summary>
    internal static IReadOnlyList<RecordedCase> All()
    {
        var shared = Environment.GetEnvironmentVariable("HOLDFAST_SHARED") ?? Path.Combine(Repository.Root, "..", "shared");
        var folder = Path.Combine(shared, "conform");
        if (!File.Exists(Path.Combine(folder, "conform.py")))
            return [];
        var cases = Path.Combine(folder, "cases");
        return
        [
            .. Directory.EnumerateFiles(cases, "*.json", SearchOption.AllDirectories)
                .Select(file => Path.ChangeExtension(Path.GetRelativePath(cases, file), null))
                .Order(StringComparer.Ordinal)
                .Select(name => new RecordedCase(folder, name)),
        ];
    }

    /// <summary>Replays it.</summary>
    /// <param name="kubeconfig">Names the cluster.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <returns>What differed; empty when it held.</returns>
    internal async Task<string> ReplayAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("python3",
        [
            Path.Combine(Folder, "conform.py"), "run", "--kubeconfig", kubeconfig, "--lines", "12",
            "--case", Path.GetFileName(Name), Path.Combine(Folder, "cases", Path.GetDirectoryName(Name)!),
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken) + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? "" : output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
