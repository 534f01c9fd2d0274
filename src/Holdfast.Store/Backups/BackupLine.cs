using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Store.Backups;

/// <summary>One line of a backup: an object, or the end.</summary>
/// <param name="Entry">The object; null for the end.</param>
internal sealed record BackupLine(Entry? Entry)
{
    public static BackupLine End { get; } = new(Entry: null);

    /// <summary>Reads an object's line; the object's own bytes stay as they are.</summary>
    /// <exception cref="JsonException">It is not such a line.</exception>
    public static Entry Read(byte[] line)
    {
        var reader = new Utf8JsonReader(line, JsonInput.ReaderOptions);
        long revision = 0, createRevision = 0;
        string resource = "", space = "", name = "";
        ReadOnlyMemory<byte> json = default;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            switch (field)
            {
                case "revision": revision = reader.GetInt64(); break;
                case "createRevision": createRevision = reader.GetInt64(); break;
                case "resource": resource = reader.GetString()!; break;
                case "namespace": space = reader.GetString()!; break;
                case "name": name = reader.GetString()!; break;
                case "object": json = Slice(line, ref reader); break;
                default: throw new JsonException($"the field \"{field}\" is not known");
            }
        }
        if (resource.Length == 0 || name.Length == 0 || json.IsEmpty || reader.BytesConsumed != line.Length)
            throw new JsonException("it is not a whole object");
        return new Entry(new ResourceKey(resource, space, name), revision, createRevision, json, null);
    }

    private static ReadOnlyMemory<byte> Slice(byte[] line, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line.AsMemory(start, (int)reader.BytesConsumed - start);
    }
}
