using Holdfast.Testing;

namespace Holdfast.Node.Process.Tests;

public sealed class IsolationTrialTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_trial_does_for_all_nodes_of_a_machine_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var options = ProcessRuntimeConformance.Options(folder.Path);
        var trial = await IsolationTrial.RunAsync(options.Folder, TimeProvider.System, Token);
        Assert.False(Directory.Exists(Path.Combine(options.Folder, "probe")));
        await using var told = await OpenAsync(options with { Isolation = trial });
        await using var trying = await OpenAsync(options with { Folder = Path.Combine(folder.Path, "other") });
        Assert.Equal(trying.Info.Limitations, told.Info.Limitations);
    }

    [Fact]
    public async Task A_node_believes_the_trial_that_it_is_told_of()
    {
        using var folder = new TemporaryFolder();
        var trial = new IsolationTrial(Isolation.IsolationMode.None, "the machine was asked already");
        await using var runtime = await OpenAsync(ProcessRuntimeConformance.Options(folder.Path) with { Isolation = trial });
        Assert.Contains(runtime.Info.Limitations, limitation => limitation.ToString().Contains("the machine was asked already", StringComparison.Ordinal));
    }

    private static Task<ProcessRuntime> OpenAsync(ProcessRuntimeOptions options) =>
        ProcessRuntime.OpenAsync(options, TimeProvider.System, ProcessRuntimeConformance.Tasks, Token);
}
