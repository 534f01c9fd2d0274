using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Reads and writes field sets in the JSON of <c>managedFields[].fieldsV1</c>.</summary>
public static class FieldsV1
{
    /// <summary>Writes a set; a member without anything below it is an empty object, one with more has the field <c>.</c> beside it.</summary>
    /// <param name="set">The set.</param>
    public static JsonValue Write(FieldSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        using var buffer = new LentBuffer();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            Write(writer, set, false);
        }
        return JsonValue.FromUtf8(buffer.Written.ToArray());
    }

    /// <summary>Reads a set.</summary>
    /// <param name="json">What was written.</param>
    /// <exception cref="JsonException">It is no field set.</exception>
    public static FieldSet Read(JsonValue? json)
    {
        if (json is null)
        {
            return FieldSet.Empty;
        }
        var reader = Start(json);
        return reader.TokenType == JsonTokenType.StartObject
            ? Read(ref reader, out _) ?? FieldSet.Empty
            : throw new JsonException("a field set must be an object");
    }

    /// <summary>Whether a written set may share members with another one; false is certain. Reads only the branches that both have.</summary>
    /// <param name="json">What was written.</param>
    /// <param name="set">The other set.</param>
    internal static bool MayOverlap(JsonValue? json, FieldSet set)
    {
        if (json is null || set.IsEmpty)
        {
            return false;
        }
        var reader = Start(json);
        return MayOverlap(ref reader, set);
    }

    private static Utf8JsonReader Start(JsonValue json)
    {
        var reader = new Utf8JsonReader(json.Utf8.Span, JsonInput.ReaderOptions);
        _ = reader.Read();
        return reader;
    }

    private static void Write(Utf8JsonWriter writer, FieldSet? set, bool isMember)
    {
        writer.WriteStartObject();
        if (set is not null)
        {
            if (isMember)
            {
                writer.WriteStartObject("."u8);
                writer.WriteEndObject();
            }
            foreach (var entry in set.Entries)
            {
                writer.WritePropertyName(entry.Element);
                Write(writer, entry.Children, entry.IsMember);
            }
        }
        writer.WriteEndObject();
    }

    private static FieldSet? Read(ref Utf8JsonReader reader, out bool isMember)
    {
        var builder = new FieldSetBuilder();
        isMember = false;
        var isHollow = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isHollow = false;
            var element = reader.GetString()!;
            _ = reader.Read();
            if (element == ".")
            {
                isMember = true;
                reader.Skip();
                continue;
            }
            if (element.Length < 2 || element[1] != ':' || element[0] is not ('f' or 'k' or 'v' or 'i') || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException($"'{element}' is no element of a path");
            }
            var children = Read(ref reader, out var isChildMember);
            if (isChildMember || children is not null)
            {
                builder.Add(element, isChildMember, children);
            }
        }
        isMember |= isHollow;
        return builder.Build();
    }

    private static bool MayOverlap(ref Utf8JsonReader reader, FieldSet set)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            FieldSetEntry? same = null;
            foreach (var entry in set.Entries)
            {
                if (reader.ValueTextEquals(entry.Element))
                {
                    same = entry;
                    break;
                }
            }
            _ = reader.Read();
            if (same is not { } shared)
            {
                reader.Skip();
                continue;
            }
            if (shared.IsMember || (shared.Children is { } children && MayOverlap(ref reader, children)))
            {
                return true;
            }
            if (shared.Children is null)
            {
                reader.Skip();
            }
        }
        return false;
    }
}
