using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.Cli.Demo;

/// <summary>Kills members' processes with SIGKILL: one that follows, the one that leads, two, all three; waits each time until writes go on and all are back.</summary>
/// <param name="members">The members by name.</param>
/// <param name="writer">Writes meanwhile.</param>
/// <param name="say">Takes a line of progress.</param>
internal sealed class MemberKills((string Name, LedgerMember Member)[] members, WriteLoad writer, Action<string> say)
{
    private const int EntriesBetween = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Goes through all of it; how long writes stood still each time, in words.</summary>
    internal async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken);
        var followers = members.Where(member => member.Name != leader).Select(static member => member.Name).ToArray();
        var one = await KillAsync("one that follows", [followers[0]], cancellationToken);
        var leading = await KillAsync("the one that leads", [leader], cancellationToken);
        var two = await KillAsync("two", followers, cancellationToken);
        var all = await KillAsync("all three", [.. members.Select(static member => member.Name)], cancellationToken);
        return $"{one} (one follower killed), {leading} (the leader), {two} (two), {all} (all three)";
    }

    private async Task<string> KillAsync(string whom, string[] names, CancellationToken cancellationToken)
    {
        say($"kill -9 of {whom}: {string.Join(", ", names)}");
        var meter = writer.Measure();
        foreach (var name in names)
        {
            using var process = Process.GetProcessById((await Look(name, cancellationToken))!.Value.GetProperty("processId").GetInt32());
            process.Kill();
        }
        await UntilAsync($"writes go on and every member is back after kill -9 of {whom}", async () =>
            meter.Figures.Acknowledged >= EntriesBetween && await AreAllReadyAsync(cancellationToken), cancellationToken);
        writer.End(meter);
        return string.Create(CultureInfo.InvariantCulture, $"{meter.Figures.LongestStall.TotalSeconds:0.0} s");
    }

    private async Task<string> LeaderAsync(CancellationToken cancellationToken)
    {
        var leader = "";
        await UntilAsync("someone leads", async () =>
        {
            foreach (var (name, _) in members)
            {
                if (await Look(name, cancellationToken) is { } status && status.GetProperty("role").GetString() == "leader")
                    leader = name;
            }
            return leader.Length > 0;
        }, cancellationToken);
        return leader;
    }

    private async Task<bool> AreAllReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, _) in members)
        {
            if (await Look(name, cancellationToken) is not { } status || !status.GetProperty("ready").GetBoolean())
                return false;
        }
        return true;
    }

    private async Task<JsonElement?> Look(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await members.First(member => member.Name == name).Member.LookAsync(cancellationToken);
        }
        catch (HttpRequestException)
        {
            // It is away; whoever asked asks again.
            return null;
        }
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new PromiseBrokenException($"after {Patience.TotalSeconds:0} s it was still not so that {what}");
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
