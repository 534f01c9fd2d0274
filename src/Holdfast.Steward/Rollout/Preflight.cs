using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Backups;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>What must hold before the first step of a rollout, beyond what the kernel asks before every step.</summary>
internal static class Preflight
{
    private const string BackupField = "rollout.preflight.backupWithin";

    private static readonly string[] Parts = ["Major", "Minor", "Patch"];

    /// <summary>What does not hold, in words; empty when all does.</summary>
    public static string Objection(StewardView view, RolloutStatus rollout, ClusterMember next)
    {
        string[] words = rollout.Phase == "Waiting" ? [Spread(view), Budget(view, next), Skew(view), Quorum(view), Backup(view, rollout, next)] : [Backup(view, rollout, next)];
        return string.Join("; ", words.Where(text => text.Length > 0));
    }

    /// <summary>Whether a step begins on the strength of a backup, which is put on record then.</summary>
    public static bool RestsOnBackup(StewardView view) => Within(view).Length > 0 && BackupProof.Objection(view, Within(view), BackupField).Length == 0;

    /// <summary>A zone in which a majority of the voters is; null when there is none, or when zones are not known.</summary>
    public static string? CrowdedZone(ClusterState state) => state.Voters.Where(voter => voter.Pod is { Zone.Length: > 0 })
        .GroupBy(voter => voter.Pod!.Zone, StringComparer.Ordinal).FirstOrDefault(zone => state.VoterCount > 1 && zone.Count() >= state.Majority)?.Key;

    // A way back waits for nothing, and neither does the replacement of a pod that a revision in between has broken.
    private static string Backup(StewardView view, RolloutStatus rollout, ClusterMember next) =>
        rollout.Phase == "RollingBack" || rollout.BackupAt is not null || (!next.IsWell && next.Pod?.Revision != rollout.FromRevision)
            ? ""
            : BackupProof.Objection(view, Within(view), BackupField);

    private static string Within(StewardView view) => view.Spec.Rollout.Preflight?.BackupWithin ?? "";

    private static string Spread(StewardView view) => view.Spec.Quorum.Spread == "Require" && CrowdedZone(view.State) is { } zone
        ? $"a majority of the voters is in zone {zone}, and quorum.spread is Require: its loss would take the quorum away"
        : "";

    // A step that begins with one voter away would be the second disruption, if the first one is not to be undone by it.
    private static string Quorum(StewardView view)
    {
        var unwell = view.State.Voters.Where(voter => !voter.Counts && voter.Pod?.Revision == view.Target).Select(voter => $"{voter.Name}: {voter.Problem}").ToArray();
        return unwell.Length == 0 ? "" : $"not every voter is well: {string.Join(", ", unwell)}";
    }

    private static string Budget(StewardView view, ClusterMember first)
    {
        var tight = first.Pod is { IsReady: true }
            ? view.Observation.Budgets.FirstOrDefault(budget => budget.Status.ObservedGeneration >= budget.Metadata.Generation && budget.Status.DisruptionsAllowed < 1)
            : null;
        return tight is null ? "" : $"PodDisruptionBudget {tight.Metadata.Name} allows no disruption now";
    }

    private static string Skew(StewardView view)
    {
        var allowed = view.Spec.Rollout.Preflight?.MaximumVersionSkew;
        if (string.IsNullOrEmpty(allowed))
        {
            return "";
        }
        var image = view.Set.Spec.Template.Spec.Containers[0].Image;
        if (Numbers(ImageReference.Tag(image)) is not { } wanted)
        {
            return $"image {image} has no version for a tag, so that its distance from what runs is not known, and preflight.maximumVersionSkew is {allowed}";
        }
        foreach (var member in view.State.Members.Where(member => member.Pod is not null))
        {
            if (Numbers(member.Values?.Version) is not { } running)
            {
                return $"{member.Name} does not say which version it runs, and preflight.maximumVersionSkew is {allowed}";
            }
            var part = Array.FindIndex([0, 1, 2], at => running[at] != wanted[at]);
            if (part >= 0 && (part < Array.IndexOf(Parts, allowed) || Math.Abs(running[part] - wanted[part]) > 1 && part == Array.IndexOf(Parts, allowed)))
            {
                return $"{member.Name} runs {string.Join('.', running)}, and {string.Join('.', wanted)} is further away than one {allowed.ToLowerInvariant()} version";
            }
        }
        return "";
    }

    private static int[]? Numbers(string? version)
    {
        var parts = (version ?? "").TrimStart('v').Split('-', '+')[0].Split('.');
        var numbers = parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return numbers.Length is 0 or > 3 || numbers.Contains(-1) ? null : [.. numbers, .. new int[3 - numbers.Length]];
    }
}
