using Holdfast.Cli.Commands;
using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Testing.Api;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Tests;

/// <summary>The exit code of <c>holdfast rollout status</c> tells how the rollout ended, and apart from that when that could not be asked.</summary>
public sealed class RolloutWatchTests
{
    private readonly SimulatedWorld _world = new(1);
    private readonly StringWriter _screen = new();
    private readonly StringWriter _errors = new();

    [Theory]
    [InlineData("Completed", 0)]
    [InlineData("Stopped", 1)]
    [InlineData("RolledBack", 1)]
    public Task It_ends_as_the_rollout_did(string phase, int exitCode) => _world.Run(async () =>
    {
        Assert.Equal(exitCode, await WatchAsync(true, "Progressing", "Progressing", phase));
        Assert.Equal(exitCode, await WatchAsync(false, phase));
        Assert.Equal(ExitCode.Done, await WatchAsync(false, "Progressing"));
    });

    [Fact]
    public Task A_lost_connection_is_waited_for_and_told_once() => _world.Run(async () =>
    {
        Assert.Equal(ExitCode.Done, await WatchAsync(true, "Progressing", "0", "503", "Progressing", "Completed"));
        Assert.Contains("Completed", _screen.ToString(), StringComparison.Ordinal);
        Assert.Equal("holdfast: no answer 0; it is asked again for 120 s\n", _errors.ToString());
    });

    [Fact]
    public Task What_cannot_be_asked_is_neither_done_nor_failed() => _world.Run(async () =>
    {
        Assert.Equal(ExitCode.NotRunning, await WatchAsync(true, "Progressing", "404"));
        Assert.Equal(ExitCode.NotRunning, await WatchAsync(false, "0"));
        var begun = _world.Environment.Time.GetUtcNow();
        Assert.Equal(ExitCode.NotRunning, await WatchAsync(true, "Progressing", "0"));
        Assert.InRange(_world.Environment.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(119), TimeSpan.FromSeconds(130));
    });

    // Each answer is a phase, or the code of a refusal; the last one is given again and again.
    private Task<int> WatchAsync(bool isWatching, params string[] answers)
    {
        var at = 0;
        return new RolloutWatch(_ => Answer(answers[Math.Min(at++, answers.Length - 1)]), _screen, _errors, _world.Environment.Time).RunAsync(isWatching, CancellationToken.None);
    }

    private static Task<StewardResource> Answer(string answer) => int.TryParse(answer, out var code)
        ? throw new ApiException(Status.Empty with { Code = code, Message = $"no answer {code}" })
        : Task.FromResult(StewardScreenTests.Steward($$"""{"rollout": {"phase": "{{answer}}", "toRevision": "web-2"} }"""));
}
