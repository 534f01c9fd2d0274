using System.Buffers;
using System.Text.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Protobuf;

/// <summary>
/// Turns objects in Kubernetes' protocol buffers into the JSON that says the same, so that one reader serves both. Fields
/// that the Model does not have are left out, as protocol buffers ask.
/// </summary>
public static class ProtobufJson
{
    /// <summary>Turns a body into JSON.</summary>
    /// <param name="body">The body, with its envelope.</param>
    /// <param name="kind">
    /// The kind that is expected. Of an object of another kind only its type is written, for the reader of JSON to refuse.
    /// </param>
    /// <param name="schema">The fields of that kind.</param>
    /// <param name="maximumBytes">How large the JSON may become.</param>
    /// <exception cref="ProtobufException">The body is malformed or becomes too large.</exception>
    public static ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> body, string kind, TypeSchema schema, int maximumBytes)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var envelope = ProtobufEnvelope.Open(body);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            WriteType(writer, "apiVersion", envelope.ApiVersion);
            WriteType(writer, "kind", envelope.Kind);
            if (envelope.Kind.Length == 0 || envelope.Kind == kind)
            {
                new MessageWriter(writer, maximumBytes).WriteFields(new WireMessage(envelope.Message), schema, 1);
            }
            writer.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    private static void WriteType(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0)
        {
            writer.WriteString(name, text);
        }
    }
}
