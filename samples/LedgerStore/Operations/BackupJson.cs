using System.Text.Json.Serialization;

namespace LedgerStore.Operations;

/// <summary>How the header is written.</summary>
[JsonSerializable(typeof(BackupHeader))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
public sealed partial class BackupJson : JsonSerializerContext;
