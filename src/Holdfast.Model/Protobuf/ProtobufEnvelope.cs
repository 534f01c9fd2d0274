using System.Text;

namespace Holdfast.Model.Protobuf;

/// <summary>
/// What Kubernetes wraps around a message so that it tells its own type: four bytes, and a message of its own
/// (<c>runtime.Unknown</c>) with the type in field 1 and the object in field 2.
/// </summary>
/// <param name="ApiVersion">The group and version; may be empty.</param>
/// <param name="Kind">The kind; may be empty.</param>
/// <param name="Message">The object.</param>
public sealed record ProtobufEnvelope(string ApiVersion, string Kind, ReadOnlyMemory<byte> Message)
{
    /// <summary>What every body begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Opens a body.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="ProtobufException">The bytes are no such body.</exception>
    public static ProtobufEnvelope Open(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith(Magic))
        {
            throw new ProtobufException("the data does not begin with \"k8s\" and a zero byte, as Kubernetes' protocol buffers do");
        }
        var unknown = new WireMessage(body[Magic.Length..]);
        var type = unknown.Message(1, "typeMeta");
        if (unknown.Text(3, "contentEncoding") is { Length: > 0 } encoding)
        {
            throw new ProtobufException($"contentEncoding: \"{encoding}\" is not supported; send the object as it is");
        }
        return new(type?.Text(1, "apiVersion") ?? "", type?.Text(2, "kind") ?? "", unknown.Bytes(2, "raw") ?? default);
    }

    /// <summary>The body of an object.</summary>
    public ReadOnlyMemory<byte> Seal()
    {
        var type = new WireWriter();
        type.Bytes(1, Encoding.UTF8.GetBytes(ApiVersion));
        type.Bytes(2, Encoding.UTF8.GetBytes(Kind));
        var unknown = new WireWriter();
        unknown.Bytes(1, type.Written.Span);
        unknown.Bytes(2, Message.Span);
        return (byte[])[.. Magic, .. unknown.Written.Span];
    }
}
