using System.Text.Json.Serialization;

namespace Holdfast.Store.Backups;

/// <summary>What a backup says of itself in its first line.</summary>
public sealed record BackupHeader
{
    /// <summary>The newest version of the form that this Holdfast reads and the one that it writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>By which a file is known as a backup: always <c>holdfast-store-backup</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>The version of the form.</summary>
    public int Version { get; init; }

    /// <summary>The identity of the store, a UUID.</summary>
    public string Identity { get; init; } = "";

    /// <summary>The revision at which everything in the backup was seen.</summary>
    public long Revision { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many objects follow.</summary>
    public long Objects { get; init; }
}

/// <summary>The last line: that nothing is missing before it.</summary>
/// <param name="Objects">How many objects there were.</param>
/// <param name="Sha256">SHA-256 over every byte before this line, in lower-case hexadecimal.</param>
internal sealed record BackupTrailer(long Objects, string Sha256);

/// <summary>The last line as it is written.</summary>
/// <param name="End">Its content.</param>
internal sealed record BackupEnd(BackupTrailer End);

/// <summary>Reads and writes a backup's first and last lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupHeader))]
[JsonSerializable(typeof(BackupEnd))]
internal sealed partial class BackupJson : JsonSerializerContext;
