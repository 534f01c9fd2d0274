using System.Text.Json;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// The books of events. Each manager's fields are told by the names of the group that it wrote through; to keep a book they all have to be
/// told by those of one group, and put back afterwards.
/// </summary>
internal static class EventBooks
{
    private static readonly (string Core, string Own)[] Names =
    [
        ("f:count", "f:deprecatedCount"), ("f:firstTimestamp", "f:deprecatedFirstTimestamp"), ("f:involvedObject", "f:regarding"),
        ("f:lastTimestamp", "f:deprecatedLastTimestamp"), ("f:message", "f:note"), ("f:reportingComponent", "f:reportingController"),
        ("f:source", "f:deprecatedSource"),
    ];

    /// <summary>A book with every manager's fields by the names of one resource; of any kind but events it is the book itself.</summary>
    /// <param name="served">The resource.</param>
    /// <param name="book">The book as it is stored.</param>
    public static ValueList<ManagedFieldsEntry> Told(ServedResource served, ValueList<ManagedFieldsEntry> book) => Renamed(served, book, IsCore(served));

    /// <summary>A book as it is stored.</summary>
    /// <param name="served">The resource by whose names it is told.</param>
    /// <param name="book">The book.</param>
    public static ValueList<ManagedFieldsEntry> Stored(ServedResource served, ValueList<ManagedFieldsEntry> book) => Renamed(served, book, !IsCore(served));

    private static bool IsCore(ServedResource served) => served.Type.Group.Length == 0;

    private static ValueList<ManagedFieldsEntry> Renamed(ServedResource served, ValueList<ManagedFieldsEntry> book, bool isToCore)
    {
        if (served.StoreName != Model.Core.Event.ResourceType.GroupResource || book.All(entry => entry.ApiVersion == served.Type.ApiVersion))
            return book;
        return book.Select(entry => entry.ApiVersion == served.Type.ApiVersion ? entry : Renamed(entry, isToCore)).ToValueList();
    }

    private static ManagedFieldsEntry Renamed(ManagedFieldsEntry entry, bool isToCore)
    {
        if (entry.FieldsV1 is not { } fields)
            return entry;
        using var document = JsonDocument.Parse(fields.Utf8, JsonInput.DocumentOptions);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return entry;
        var renamed = JsonValue.Build(writer =>
        {
            writer.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                writer.WritePropertyName(NameOf(field.Name, isToCore));
                field.Value.WriteTo(writer);
            }
            writer.WriteEndObject();
        });
        try
        {
            return entry with { FieldsV1 = FieldsV1.Write(FieldsV1.Read(renamed)) };
        }
        catch (JsonException)
        {
            return entry;
        }
    }

    private static string NameOf(string field, bool isToCore)
    {
        foreach (var (core, own) in Names)
        {
            if (field == (isToCore ? own : core))
                return isToCore ? core : own;
        }
        return field;
    }
}
