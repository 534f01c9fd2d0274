using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Checkers;

/// <summary>V1 to V4: who owns claims, who may delete them, what pods start on, and that no data is lost behind a claim.</summary>
/// <param name="truth">What is really so.</param>
public sealed class ClaimChecker(GroundTruth truth) : Checker(truth)
{
    private readonly Dictionary<string, long> _askedAt = new(StringComparer.Ordinal);
    private int _removedSeen;

    /// <inheritdoc/>
    public override void OnClaim(ObjectChange<PersistentVolumeClaim> change)
    {
        if (change is { Old: { } old, New: { } now } && old.Metadata.OwnerReferences != now.Metadata.OwnerReferences)
            CheckOwners(old, now);
        else if (change is { Old: null, New: { } made } && !made.Metadata.OwnerReferences.IsEmpty)
            CheckOwners(null, made);
        if (change.Old is { Metadata.DeletionTimestamp: null } live && change.New is null or { Metadata.DeletionTimestamp: not null })
            CheckDeletion(live);
        if (change.New is null)
            CheckEnd(change.Latest);
    }

    /// <inheritdoc/>
    public override void OnStep()
    {
        for (; _removedSeen < Truth.Disks.Removed.Count; _removedSeen++)
        {
            var (path, claimUid) = Truth.Disks.Removed[_removedSeen];
            Holds("V3", Truth.World.ByUid(claimUid) is null, $"the data at {path} was removed although its claim is there");
            var user = Truth.Processes.Live.FirstOrDefault(process => !Truth.Abandoned.Contains(process.PodUid) && process.Volumes.Values.Any(volume => volume.Path == path));
            Holds("V3", user is null, $"the data at {path} was removed while {user?.PodName} uses it");
        }
    }

    /// <summary>A pod has started on a volume: what it found must be its own, and all of it.</summary>
    /// <param name="process">The pod's processes.</param>
    /// <param name="claimName">The claim.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="found">What it found; null for an empty volume.</param>
    /// <param name="earlier">How often pods had started on this volume before, on any node.</param>
    public void OnMount(PodProcess process, string claimName, MountedPath volume, VolumeContents? found, int earlier)
    {
        var other = Truth.Processes.Live.FirstOrDefault(each => each.PodUid != process.PodUid && each.Volumes.Values.Any(mounted => mounted.Path == volume.Path));
        Holds("V5", other is null || (other.NodeName == process.NodeName && !volume.IsForOnePod),
            $"{process.PodName} on {process.NodeName} has mounted {volume.Path}, which {other?.PodName} on {other?.NodeName} has mounted");
        Holds("S5", found is null || found.FirstPod == process.PodName, $"{process.PodName} found the data of {found?.FirstPod} behind claim {claimName}");
        Holds("V1", (found?.Starts ?? 0) == earlier,
            $"{process.PodName} on {process.NodeName} found {found?.Starts ?? 0} of {earlier} earlier starts behind claim {claimName} ({volume.Path}): its data was left or lost");
    }

    /// <summary>
    /// A node has asked for a claim and prepares its volume for a pod: the claim must be there to stay. What is prepared is kept while the pod is
    /// on the node, so a container that starts again later starts on no claim anew.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="claimUid">The claim's uid.</param>
    public void OnPrepared(string node, string claimUid)
    {
        var since = _askedAt.TryGetValue(claimUid, out var at) ? Truth.Time.GetElapsedTime(at) : TimeSpan.Zero;
        Holds("V4", since < Truth.Asked, $"{node} prepares the volume of claim {Truth.World.ByUid(claimUid)?.Metadata.Name ?? claimUid}, which has been going for {since.TotalSeconds:0} s");
    }

    private void CheckOwners(PersistentVolumeClaim? old, PersistentVolumeClaim now)
    {
        var added = now.Metadata.OwnerReferences.Where(owner => old?.Metadata.OwnerReferences.Contains(owner) != true);
        foreach (var owner in added.Where(owner => owner.Kind is "StatefulSet" or "Pod"))
        {
            // With a pod goes the data: that the policy says so was asked of the server a moment before, and not of a cache.
            var sets = owner.Kind == "StatefulSet"
                ? Truth.RecentSets(owner.Uid).ToList()
                : [.. Truth.RecordOf(owner.Uid)?.ControllersWithin(Truth.Asked).SelectMany(uid => Truth.RecentSets(uid, Truth.Asked)) ?? []];
            if (sets.Count == 0)
                continue;
            var isAllowed = sets.Exists(set => owner.Kind == "StatefulSet" ? Policy(set).WhenDeleted == "Delete" : Policy(set).WhenScaled == "Delete" && !IsWanted(set, owner.Name));
            var isRetained = sets.TrueForAll(set => Policy(set) is { WhenDeleted: not "Delete", WhenScaled: not "Delete" });
            Holds(isRetained ? "V1" : "V2", isAllowed, $"claim {now.Metadata.Name} is now owned by {owner.Kind} {owner.Name} although its set's policy and size do not say so");
        }
    }

    /// <summary>A claim goes by a person's will, told to the Steward or not, with its namespace, or as garbage whose owners are all gone; never from under a pod that runs on.</summary>
    private void CheckDeletion(PersistentVolumeClaim claim)
    {
        _askedAt[claim.Metadata.Uid] = Truth.Time.GetTimestamp();
        var asked = Truth.DeletionsOf(claim.Metadata.Uid);
        if (asked.Any(each => each.By is "kubectl" or "namespace-controller") || (asked.Any(each => each.By == "steward") && Truth.Options.Steward is { Claims: "Delete" }))
            return;
        var living = claim.Metadata.OwnerReferences.FirstOrDefault(owner => Truth.World.ByUid(owner.Uid) is { Metadata.DeletionTimestamp: null });
        Holds("V1", !claim.Metadata.OwnerReferences.IsEmpty, $"claim {claim.Metadata.Name}, which nobody owns, is deleted by {By(asked)}");
        Holds("V2", living is null, $"claim {claim.Metadata.Name} is deleted by {By(asked)} although its owner {living?.Name} lives");
        var user = Truth.Processes.Live.FirstOrDefault(process => Uses(process, claim) && Truth.World.Pod(process.Namespace, process.PodName) is { Metadata.DeletionTimestamp: null } pod
            && pod.Metadata.Uid == process.PodUid && !claim.Metadata.OwnerReferences.Any(owner => owner.Kind == "StatefulSet" && Truth.World.ByUid(owner.Uid) is not { Metadata.DeletionTimestamp: null }));
        Holds("V3", user is null, $"claim {claim.Metadata.Name} is deleted by {By(asked)} while the present {user?.PodName} runs on it");
    }

    private void CheckEnd(PersistentVolumeClaim claim)
    {
        var user = Truth.Processes.Live.FirstOrDefault(process => Uses(process, claim) && !Truth.Abandoned.Contains(process.PodUid));
        Holds("V3", user is null, $"claim {claim.Metadata.Name} is gone while {user?.PodName} runs on it");
    }

    private static string By(IReadOnlyList<AskedDeletion> asked) => string.Join(", ", asked.Select(each => each.By).Distinct());

    private static bool Uses(PodProcess process, PersistentVolumeClaim claim) => process.Volumes.Values.Any(volume => volume.ClaimUid == claim.Metadata.Uid);

    private static bool IsWanted(StatefulSet set, string pod) => StatefulSetIdentity.Wants(set, StatefulSetIdentity.Ordinal(set, pod));

    private static StatefulSetPersistentVolumeClaimRetentionPolicy Policy(StatefulSet set) =>
        set.Spec.PersistentVolumeClaimRetentionPolicy ?? StatefulSetPersistentVolumeClaimRetentionPolicy.Empty;
}
