using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Http;

/// <summary>Writes answers from the bytes that the store already holds, wherever that can be.</summary>
internal static class ObjectJson
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>One object.</summary>
    public static byte[] Of(IResource resource) => ModelJson.ToBytes(resource.Write);

    /// <summary>A refusal or a success.</summary>
    public static byte[] Of(Status status) => ModelJson.ToBytes(status.Write);

    /// <summary>A list; the entries' bytes are copied as they are, but for the kind, which lists name once.</summary>
    public static async Task WriteListAsync(Stream output, ServedResource served, ListPage page, CancellationToken cancellationToken)
    {
        var type = served.Type;
        var buffer = new ArrayBufferWriter<byte>(FlushBytes);
        using (var head = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            head.WriteStartObject();
            head.WriteString("kind"u8, type.ListKind);
            head.WriteString("apiVersion"u8, type.ApiVersion);
            head.WritePropertyName("metadata"u8);
            Metadata(page).Write(head);
        }
        buffer.Write(",\"items\":["u8);
        var prefix = Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion}\",");
        for (var i = 0; i < page.Entries.Length; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            WriteItem(buffer, StoredObject.Form(page.Entries[i], served).Json.Span, prefix);
            if (buffer.WrittenCount < FlushBytes)
                continue;
            await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }
        buffer.Write("]}\n"u8);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>A list's metadata.</summary>
    public static ListMeta Metadata(ListPage page) => ListMeta.Empty with
    {
        ResourceVersion = page.Revision.ToString(CultureInfo.InvariantCulture),
        Continue = page.Continue,
        RemainingItemCount = page.Remaining,
    };

    /// <summary>An object's metadata alone.</summary>
    public static void WritePartial(Utf8JsonWriter writer, IResource resource)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "PartialObjectMetadata"u8);
        writer.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        writer.WritePropertyName("metadata"u8);
        resource.Metadata.Write(writer);
        writer.WriteEndObject();
    }

    /// <summary>A list of metadata alone.</summary>
    public static void WritePartialList(Utf8JsonWriter writer, ListMeta metadata, ImmutableArray<IResource> items)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "PartialObjectMetadataList"u8);
        writer.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        writer.WritePropertyName("metadata"u8);
        metadata.Write(writer);
        writer.WriteStartArray("items"u8);
        foreach (var item in items)
            WritePartial(writer, item);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteItem(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> json, ReadOnlySpan<byte> prefix)
    {
        if (!json.StartsWith(prefix))
        {
            buffer.Write(json);
            return;
        }
        buffer.Write("{"u8);
        buffer.Write(json[prefix.Length..]);
    }
}
