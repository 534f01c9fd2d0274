using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Bench;

/// <summary>How many decisions the safety kernel makes a second: the members are put together anew for each, as for a real one.</summary>
internal static class KernelMeasurement
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(2);
    private static readonly SafetyLimits Limits = new(TimeSpan.FromSeconds(5), 1000);

    internal static void Run()
    {
        Console.WriteLine("\n| voters | decisions/s, members put together anew | decisions/s alone | bytes made a decision |\n|---|---|---|---|");
        foreach (var voters in new[] { 3, 5, 7 })
        {
            var members = Members(voters);
            var state = ClusterState.Of(members, Limits, "");
            _ = Rate(() => Decide(ClusterState.Of(members, Limits, "")));
            var (anew, bytes) = Rate(() => Decide(ClusterState.Of(members, Limits, "")));
            var (alone, _) = Rate(() => Decide(state));
            Console.WriteLine($"| {voters} | {anew:n0} | {alone:n0} | {bytes:n0} |");
        }
    }

    // Every member in turn: followers, of whom one lags, and the leader, who is refused.
    private static int Decide(ClusterState state)
    {
        foreach (var member in state.Members)
            _ = SafetyKernel.MayLose(member, state, null, SafetyPolicy.Open);
        return state.Members.Length;
    }

    private static (double PerSecond, double Bytes) Rate(Func<int> decide)
    {
        var (begun, bytes, count) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread(), 0L);
        while (Stopwatch.GetElapsedTime(begun) < Time)
            count += decide();
        return (count / Stopwatch.GetElapsedTime(begun).TotalSeconds, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / count);
    }

    private static ImmutableArray<MemberObservation> Members(int count)
    {
        var entries = Enumerable.Range(0, count).Select(number => new MemberEntry($"m{number}", $"web-{number}", null, true)).ToValueList();
        return [.. Enumerable.Range(0, count).Select(number => Member(number, count, entries))];
    }

    private static MemberObservation Member(int number, int count, ValueList<MemberEntry> entries)
    {
        var values = new MemberValues
        {
            MemberId = $"m{number}",
            Role = number == 0 ? MemberRole.Leader : MemberRole.Follower,
            Term = 4,
            LeaderId = "m0",
            AppliedIndex = number == count - 1 ? 5000 : 10_000,
            CommitIndex = 10_000,
            IsHealthy = true,
            IsServing = true,
            Members = entries,
            ClusterId = "c1",
        };
        var pod = new PodFacts($"web-{number}", $"uid-{number}", "web-1", true, false, false, $"node-{number}", "abc"[number % 3].ToString(), "web:1", 0, null, "");
        return new MemberObservation($"web-{number}", number, pod, [], new MemberReading.Known(values, TimeSpan.FromSeconds(0.5), DateTimeOffset.UnixEpoch));
    }
}
