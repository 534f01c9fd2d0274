using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>What a member says of itself. A field that its actions do not map, or that it did not give, is null: nothing has a default.</summary>
public sealed record MemberValues
{
    /// <summary>What it is called in the membership.</summary>
    public string? MemberId { get; init; }

    /// <summary>The name that it gives itself.</summary>
    public string? Name { get; init; }

    /// <summary>What it does.</summary>
    public MemberRole? Role { get; init; }

    /// <summary>Its term.</summary>
    public long? Term { get; init; }

    /// <summary>The id of the member that it takes for the leader.</summary>
    public string? LeaderId { get; init; }

    /// <summary>The last entry that it applied.</summary>
    public long? AppliedIndex { get; init; }

    /// <summary>The last entry that it knows to be committed.</summary>
    public long? CommitIndex { get; init; }

    /// <summary>Whether it says that it does well.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>Whether it says that it serves clients.</summary>
    public bool? IsServing { get; init; }

    /// <summary>The membership as it knows it; null when it does not say.</summary>
    public ValueList<MemberEntry>? Members { get; init; }

    /// <summary>The version that it runs.</summary>
    public string? Version { get; init; }

    /// <summary>The format that its data are in.</summary>
    public string? DataFormat { get; init; }

    /// <summary>The newest format of data that it could read.</summary>
    public string? ReadableFormat { get; init; }

    /// <summary>What is still to migrate to its data's format.</summary>
    public long? MigrationBacklog { get; init; }

    /// <summary>Free bytes of its disk.</summary>
    public long? DiskFreeBytes { get; init; }

    /// <summary>The identity of the cluster that it belongs to.</summary>
    public string? ClusterId { get; init; }

    /// <summary>When the last backup was made that it knows of.</summary>
    public DateTimeOffset? LastBackupAt { get; init; }
}

/// <summary>A member as the membership names it.</summary>
/// <param name="Id">What it is called; unique for ever.</param>
/// <param name="Name">Its name, where the membership has names.</param>
/// <param name="Address">Where its peers reach it, where the membership says so.</param>
/// <param name="IsVoter">Whether it has a vote.</param>
public sealed record MemberEntry(string Id, string? Name, string? Address, bool IsVoter);

/// <summary>What a member does.</summary>
public enum MemberRole
{
    /// <summary>It takes no part, or not yet.</summary>
    None,

    /// <summary>It receives everything and has no vote.</summary>
    Learner,

    /// <summary>It votes and follows.</summary>
    Follower,

    /// <summary>It asks to be elected.</summary>
    Candidate,

    /// <summary>It leads.</summary>
    Leader,
}
