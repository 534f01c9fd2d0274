using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>A member: an ordinal that the set wants, or that still has a pod.</summary>
/// <param name="Name">The name of its pod.</param>
/// <param name="Ordinal">Its ordinal.</param>
/// <param name="Pod">Its pod; null when there is none.</param>
/// <param name="Claims">Its claims, in the order of the set's templates.</param>
/// <param name="Reading">What it said of itself.</param>
public sealed record MemberObservation(string Name, int Ordinal, PodFacts? Pod, ValueList<ClaimFacts> Claims, MemberReading Reading)
{
    /// <summary>The last lines that its pod wrote, while that does not get ready.</summary>
    public ValueList<string> LastLines { get; init; }
}

/// <summary>What matters of a member's claim.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Phase">Pending, Bound or Lost.</param>
/// <param name="Volume">The volume that it is bound to; empty when there is none.</param>
/// <param name="IsTerminating">Whether it was asked to go.</param>
public sealed record ClaimFacts(string Name, string Uid, string Phase, string Volume, bool IsTerminating)
{
    /// <summary>The snapshot that was taken of it for its removal; null when there is none.</summary>
    public SnapshotFacts? Snapshot { get; init; }

    /// <summary>The one node that its volume is at; null when that is not known, or when it can be reached from others.</summary>
    public ClaimPlace? Place { get; init; }

    /// <summary>Reads a claim.</summary>
    /// <param name="claim">The claim.</param>
    public static ClaimFacts Of(PersistentVolumeClaim claim) => new(
        claim.Metadata.Name, claim.Metadata.Uid, claim.Status.Phase, claim.Spec.VolumeName, claim.Metadata.DeletionTimestamp is not null);
}

/// <summary>The one node that a volume is at.</summary>
/// <param name="Node">Its name.</param>
/// <param name="IsCordoned">Whether it takes no pods.</param>
public sealed record ClaimPlace(string Node, bool IsCordoned)
{
    /// <summary>Whether it does not report, so that no pod starts there.</summary>
    public bool IsDown { get; init; }

    /// <summary>Why no pod comes up there, in words; empty when nothing is known against it.</summary>
    public string Problem => IsCordoned ? $"takes no pods (kubectl uncordon {Node})" : IsDown ? "does not report" : "";
}

/// <summary>A snapshot of a claim.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsReady">Whether it can be restored from.</param>
/// <param name="Problem">What keeps it from being ready; empty when nothing is known to.</param>
public sealed record SnapshotFacts(string Name, bool IsReady, string Problem);
