using Holdfast.Cli.Screens;
using Holdfast.Client;
using Holdfast.Platform;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Commands;

/// <summary>Shows a rollout, once or until it ends, and says by its exit code how it ended. A server that cannot be reached for a while does not end it.</summary>
/// <param name="read">Reads the Steward.</param>
/// <param name="screen">What is shown.</param>
/// <param name="errors">What went wrong.</param>
/// <param name="time">The clock.</param>
internal sealed class RolloutWatch(Func<CancellationToken, Task<StewardResource>> read, TextWriter screen, TextWriter errors, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool _isCut;

    /// <summary>How long the server may be out of reach.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Shows it.</summary>
    /// <returns>0 when the rollout was completed, or goes on and is not waited for; 1 when it stopped or was rolled back; 3 when it could not be asked how it is.</returns>
    internal async Task<int> RunAsync(bool isWatching, CancellationToken cancellationToken)
    {
        var (shown, lastAt) = ("", time.GetTimestamp());
        while (true)
        {
            try
            {
                var steward = await read(cancellationToken);
                (lastAt, _isCut) = (time.GetTimestamp(), false);
                var text = RolloutScreen.Text(steward);
                if (text != shown)
                {
                    await screen.WriteAsync(text);
                    shown = text;
                }
                if (!isWatching || steward.Status.Rollout is not { } rollout || RolloutScreen.IsOver(rollout))
                {
                    return steward.Status.Rollout is { Phase: "Stopped" or "RolledBack" } ? ExitCode.Failed : ExitCode.Done;
                }
            }
            catch (ApiException error) when (isWatching && error.IsRetriable && time.GetElapsedTime(lastAt) < Patience)
            {
                await TellAsync(error);
            }
            catch (ApiException error)
            {
                await errors.WriteLineAsync($"holdfast: {error.Message}");
                return ExitCode.NotRunning;
            }
            await time.DelayAsync(Interval, cancellationToken);
        }
    }

    private async Task TellAsync(ApiException error)
    {
        if (!_isCut)
        {
            await errors.WriteLineAsync($"holdfast: {error.Message}; it is asked again for {Patience.TotalSeconds:0} s");
        }
        _isCut = true;
    }
}
