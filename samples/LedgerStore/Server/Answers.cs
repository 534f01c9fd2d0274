using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>The answer to an append.</summary>
/// <param name="Index">The entry's place.</param>
/// <param name="Checksum">The ledger's running checksum up to and with the entry.</param>
/// <param name="Repeated">True when an earlier request with the same client and sequence had appended it.</param>
public sealed record AppendAnswer(long Index, string Checksum, bool Repeated);

/// <summary>An entry.</summary>
/// <param name="Index">Its place.</param>
/// <param name="Checksum">The ledger's running checksum up to and with it.</param>
/// <param name="AppendedAt">When it was accepted.</param>
/// <param name="Client">Who appended it, when said.</param>
/// <param name="Sequence">The client's number for it.</param>
/// <param name="Encoding">How <paramref name="Data"/> shows the bytes: utf-8 or base64.</param>
/// <param name="Data">The entry's bytes.</param>
public sealed record EntryAnswer(
    long Index, string Checksum, DateTimeOffset AppendedAt, string? Client, long? Sequence, string Encoding, string Data);

/// <summary>A range of entries.</summary>
/// <param name="Entries">The entries, in order.</param>
/// <param name="Next">Where to go on, or null when the last entry was reached.</param>
/// <param name="LastIndex">The newest entry's index.</param>
public sealed record EntriesAnswer(IReadOnlyList<EntryAnswer> Entries, long? Next, long LastIndex);

/// <summary>The running checksum at an index.</summary>
/// <param name="Index">The index; zero for the empty ledger.</param>
/// <param name="Checksum">Equal on two members only when they agree on every entry up to the index.</param>
public sealed record ChecksumAnswer(long Index, string Checksum);

/// <summary>How the member is.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Version">The release that it runs as.</param>
/// <param name="Role">Its part in the ledger.</param>
/// <param name="DataFormat">The data format that it writes.</param>
/// <param name="ReadsFormatsTo">The newest data format that it reads.</param>
/// <param name="FirstIndex">The oldest entry, or where it will be.</param>
/// <param name="LastIndex">The newest entry; zero when there is none.</param>
/// <param name="Applied">Up to where entries can be read.</param>
/// <param name="Checksum">The running checksum at <paramref name="Applied"/>.</param>
/// <param name="Ready">What `/ready` says.</param>
/// <param name="Recovering">True while the log is being read.</param>
/// <param name="Draining">True once a stop has begun.</param>
/// <param name="DiskFreeBytes">Free space of the data folder's volume.</param>
/// <param name="UptimeSeconds">Time since the process began to serve.</param>
public sealed record StatusAnswer(
    string Member, string Version, string Role, int DataFormat, int ReadsFormatsTo,
    long FirstIndex, long LastIndex, long Applied, string Checksum,
    bool Ready, bool Recovering, bool Draining, long DiskFreeBytes, double UptimeSeconds)
{
    /// <summary>The cluster; left out, as all below, by a member alone.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The member's identity.</summary>
    public string? MemberId { get; init; }

    /// <summary>The newest term that it knows.</summary>
    public long? Term { get; init; }

    /// <summary>The newest entry of the replicated log that it knows to be committed.</summary>
    public long? Commit { get; init; }

    /// <summary>The newest entry of the replicated log that it has applied.</summary>
    public long? AppliedLogIndex { get; init; }

    /// <summary>Committed entries that it has not applied, arrived here or not, by what its leader last said.</summary>
    public long? Lag { get; init; }

    /// <summary>The newest entry of its own replicated log; what lies behind <see cref="Commit"/> is not known to be committed.</summary>
    public long? LastLogIndex { get; init; }

    /// <summary>Who leads.</summary>
    public string? Leader { get; init; }

    /// <summary>The voters, by name.</summary>
    public IReadOnlyList<string>? Voters { get; init; }

    /// <summary>The learners, by name.</summary>
    public IReadOnlyList<string>? Learners { get; init; }

    /// <summary>Entries that are still in an older data format than the cluster's.</summary>
    public long? MigrationBacklog { get; init; }

    /// <summary>Who founded the cluster; left out until all founders vote.</summary>
    public string? FoundedBy { get; init; }

    /// <summary>When all founders voted.</summary>
    public DateTimeOffset? FoundedAt { get; init; }

    /// <summary>When the newest backup was taken that this member was told is whole; left out when it knows of none.</summary>
    public DateTimeOffset? LastBackupAt { get; init; }

    /// <summary>The newest entry in that backup.</summary>
    public long? LastBackupIndex { get; init; }

    /// <summary>The process, as its machine numbers it.</summary>
    public int ProcessId { get; } = Environment.ProcessId;

    /// <summary>Why it is not ready; left out when it is.</summary>
    public IReadOnlyList<string>? NotReadyBecause { get; init; }
}

/// <summary>The answer of a probe.</summary>
/// <param name="Ok">True with status 200, false with 503.</param>
/// <param name="Reasons">Why not; empty when ok.</param>
public sealed record ProbeAnswer(bool Ok, IReadOnlyList<string> Reasons);

/// <summary>The answer to a drain.</summary>
/// <param name="Drained">True when nothing is under way any more and all of it is durable.</param>
/// <param name="LastIndex">The newest entry.</param>
public sealed record DrainAnswer(bool Drained, long LastIndex);

/// <summary>The newest backup that the member knows to be whole.</summary>
/// <param name="LastBackupAt">When it was taken.</param>
/// <param name="LastBackupIndex">The newest entry in it.</param>
public sealed record BackupAnswer(DateTimeOffset LastBackupAt, long LastBackupIndex);

/// <summary>A failure.</summary>
/// <param name="Error">Which.</param>
public sealed record ErrorAnswer(ErrorDetail Error);

/// <summary>A failure's word and explanation.</summary>
/// <param name="Code">A word that programs may rely on.</param>
/// <param name="Message">For people.</param>
/// <param name="Leader">Who leads, when that would help.</param>
public sealed record ErrorDetail(string Code, string Message, string? Leader = null);

/// <summary>Who belongs to the cluster.</summary>
/// <param name="ClusterId">Which.</param>
/// <param name="Leader">Who leads, as far as this member knows.</param>
/// <param name="Term">The newest term that it knows.</param>
/// <param name="Members">Its members.</param>
public sealed record MembersAnswer(string ClusterId, string? Leader, long Term, IReadOnlyList<SeatView> Members);

/// <summary>How the answers are written.</summary>
[JsonSerializable(typeof(AppendAnswer))]
[JsonSerializable(typeof(EntryAnswer))]
[JsonSerializable(typeof(EntriesAnswer))]
[JsonSerializable(typeof(ChecksumAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(ProbeAnswer))]
[JsonSerializable(typeof(DrainAnswer))]
[JsonSerializable(typeof(BackupAnswer))]
[JsonSerializable(typeof(MembersAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
public sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>Camel case, nothing for what is not there, quotes and other letters left readable: no answer is ever put into a web page.</summary>
    public static AnswerJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
