using System.Collections.Immutable;

namespace Holdfast.Steward.Actions;

/// <summary>The fields that observations may give.</summary>
public static class MemberFields
{
    /// <summary>What the member calls itself in the membership; text.</summary>
    public const string MemberId = "memberId";

    /// <summary>Its name; text.</summary>
    public const string Name = "name";

    /// <summary>leader, follower, candidate, learner or none; text.</summary>
    public const string Role = "role";

    /// <summary>The newest term that it knows; a whole number.</summary>
    public const string Term = "term";

    /// <summary>Whom it takes for the leader, by member id; text.</summary>
    public const string LeaderId = "leaderId";

    /// <summary>The last entry that it applied; a whole number.</summary>
    public const string AppliedIndex = "appliedIndex";

    /// <summary>The last entry that it knows to be committed; a whole number.</summary>
    public const string CommitIndex = "commitIndex";

    /// <summary>Whether it does well; a truth value.</summary>
    public const string Healthy = "healthy";

    /// <summary>Whether it serves clients; a truth value.</summary>
    public const string Serving = "serving";

    /// <summary>The membership: a list of maps of id, name, address and voter.</summary>
    public const string Members = "members";

    /// <summary>The version that it runs; text.</summary>
    public const string Version = "version";

    /// <summary>The format that its data are in; text or a number.</summary>
    public const string DataFormat = "dataFormat";

    /// <summary>The newest format that it reads; text or a number.</summary>
    public const string ReadableFormat = "readableFormat";

    /// <summary>What is still to migrate; a whole number.</summary>
    public const string MigrationBacklog = "migrationBacklog";

    /// <summary>Free bytes of its disk; a whole number.</summary>
    public const string DiskFreeBytes = "diskFreeBytes";

    /// <summary>The identity that all members share; text.</summary>
    public const string ClusterId = "clusterId";

    /// <summary>When the last backup was made that it knows of; a time, its text as in RFC 3339, or seconds since 1970.</summary>
    public const string LastBackupAt = "lastBackupAt";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        MemberId, Name, Role, Term, LeaderId, AppliedIndex, CommitIndex, Healthy, Serving, Members, Version, DataFormat,
        ReadableFormat, MigrationBacklog, DiskFreeBytes, ClusterId, LastBackupAt,
    ];

    /// <summary>Whether a name is one of them, or a helper for later calls: those begin with <c>_</c>.</summary>
    /// <param name="name">The name.</param>
    public static bool IsKnown(string name) => Names.Contains(name) || name.StartsWith('_');
}
