using System.Text.Json.Serialization;

namespace LedgerStore.Operations;

/// <summary>How the header, and what a member remembers of a backup, is written.</summary>
[JsonSerializable(typeof(BackupHeader))]
[JsonSerializable(typeof(ProvenBackup))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
public sealed partial class BackupJson : JsonSerializerContext;
