using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Http;

/// <summary>Reads a watch's body: one JSON value on each line, of bounded length.</summary>
internal sealed class WatchLines<T>(Stream body, int maxLineBytes) where T : class, IResource<T>
{
    private readonly PipeReader _pipe = PipeReader.Create(body, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The next event, or null at the end. A last line without its end was cut off and is not used.</summary>
    public async Task<WatchEvent<T>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _pipe.ReadAsync(cancellationToken);
            var end = read.Buffer.PositionOf((byte)'\n');
            if (end is { } position)
            {
                var line = read.Buffer.Slice(0, position).ToArray();
                _pipe.AdvanceTo(read.Buffer.GetPosition(1, position));
                if (line.AsSpan().ContainsAnyExcept(" \r\t"u8))
                    return Parse(line);
                continue;
            }
            if (read.Buffer.Length > maxLineBytes)
                throw new ModelDecodeException($"an event of the watch is longer than {maxLineBytes} bytes");
            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return null;
        }
    }

    private static WatchEvent<T> Parse(ReadOnlySpan<byte> line)
    {
        var type = "";
        var item = ReadOnlySpan<byte>.Empty;
        var reader = new Utf8JsonReader(line, JsonInput.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
                type = reader.GetString() ?? "";
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isObject)
                item = line[start..(int)reader.BytesConsumed];
        }
        return ToEvent(type, item);
    }

    private static WatchEvent<T> ToEvent(string type, ReadOnlySpan<byte> item)
    {
        if (type == "ERROR")
            return new WatchEvent<T>(WatchEventType.Error, null, "") { Status = ModelJson.Read<Status>(item) };
        var resource = ModelJson.Read<T>(item);
        var revision = resource.Metadata.ResourceVersion;
        return type switch
        {
            "ADDED" => new WatchEvent<T>(WatchEventType.Added, resource, revision),
            "MODIFIED" => new WatchEvent<T>(WatchEventType.Modified, resource, revision),
            "DELETED" => new WatchEvent<T>(WatchEventType.Deleted, resource, revision),
            "BOOKMARK" => new WatchEvent<T>(WatchEventType.Bookmark, null, revision)
            {
                IsInitialEventsEnd = resource.Metadata.Annotations.GetValueOrDefault("k8s.io/initial-events-end") == "true",
            },
            _ => throw new ModelDecodeException($"the watch told an event of the unknown type \"{type}\""),
        };
    }
}
