using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>How the processes of one container are told from all others.</summary>
/// <param name="Main">Its main process; null when it ended in an earlier life, as its number may be another's by now.</param>
/// <param name="MarkerEntry">Entry of the environment that they inherit.</param>
/// <param name="MountNamespace">Mount namespace of its own, which they cannot leave; null without isolation.</param>
/// <param name="MountMark">What its mount table has and no other; a namespace's number may be another's by now.</param>
internal sealed record ContainerTraits(ProcessIdentity? Main, string MarkerEntry, string? MountNamespace, string MountMark);

/// <summary>Ends everything a container ever forked, wherever it went: other groups, other sessions, other parents.</summary>
internal static class Reaper
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Kills until two looks in a row find nothing: a process may fork between the look and its end, but its child
    /// carries the same traits.
    /// </summary>
    /// <returns>Those still alive when the time was up; empty is success.</returns>
    public static async Task<IReadOnlyList<ProcessIdentity>> KillAllAsync(
        ContainerTraits traits, TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        for (int emptyLooks = 0; ;)
        {
            IReadOnlyList<ProcessIdentity> alive = Find(traits);
            emptyLooks = alive.Count == 0 ? emptyLooks + 1 : 0;
            if (emptyLooks == 2) return [];
            foreach (ProcessIdentity process in alive) Signals.Send(process, LinuxSignal.Kill);
            if (alive.Count == 0) continue;
            if (time.GetElapsedTime(began) > limit) return alive;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>The container's living processes; never those of its minder.</summary>
    public static IReadOnlyList<ProcessIdentity> Find(ContainerTraits traits)
    {
        IReadOnlyList<ProcessEntry> all = ProcessTable.ReadAll();
        Dictionary<int, ProcessEntry> byPid = all.ToDictionary(entry => entry.Pid);
        // A session lasts as long as its members; once its number belongs to another process it is another session.
        bool isSessionOurs = traits.Main is { } main
            && (!byPid.TryGetValue(main.Pid, out ProcessEntry? leader) || leader.StartTime == main.StartTime);
        HashSet<int> members = [];
        foreach (ProcessEntry entry in all)
        {
            if (!entry.IsZombie && HasTraits(entry, traits, isSessionOurs)) members.Add(entry.Pid);
        }

        AddDescendants(members, all);
        return [.. members.Select(pid => new ProcessIdentity(pid, byPid[pid].StartTime))];
    }

    private static bool HasTraits(ProcessEntry entry, ContainerTraits traits, bool isSessionOurs)
    {
        // Nothing that is older than the main process can come from it.
        if (traits.Main is { } main)
        {
            if (entry.StartTime < main.StartTime) return false;
            if (entry.Pid == main.Pid && entry.StartTime == main.StartTime) return true;
            if (isSessionOurs && entry.Session == main.Pid) return true;
        }

        return (traits.MountNamespace is { } own && ProcessTable.MountNamespace(entry.Pid) == own
                && ProcessTable.HasMount(entry.Pid, traits.MountMark))
            || ProcessTable.HasInEnvironment(entry.Pid, traits.MarkerEntry);
    }

    private static void AddDescendants(HashSet<int> members, IReadOnlyList<ProcessEntry> all)
    {
        bool hasGrown = members.Count > 0;
        while (hasGrown)
        {
            hasGrown = false;
            foreach (ProcessEntry entry in all)
            {
                if (!entry.IsZombie && members.Contains(entry.Parent)) hasGrown |= members.Add(entry.Pid);
            }
        }
    }
}
