using System.Text.Json.Serialization;

namespace Holdfast.Node.Events;

internal sealed record CountPatch(
    [property: JsonPropertyName("count")] int Count, [property: JsonPropertyName("lastTimestamp")] string LastTimestamp);

[JsonSerializable(typeof(CountPatch))]
internal sealed partial class EventJson : JsonSerializerContext;
