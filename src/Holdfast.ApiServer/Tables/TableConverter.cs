using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tables;

/// <summary>
/// Writes the tables that kubectl prints, with the columns of Kubernetes 1.36 (<c>pkg/printers/internalversion</c>). A kind
/// without columns of its own is shown by name and time of creation.
/// </summary>
public sealed class TableConverter : ITableConverter
{
    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer, TableRequest request)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(request);
        var table = request.Custom is { } custom ? new CustomTable(custom) : KindTables.Find(request.Type);
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "Table"u8);
        writer.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        writer.WritePropertyName("metadata"u8);
        request.Metadata.Write(writer);
        if (request.HasColumns)
            WriteColumns(writer, table.Columns);
        else
            writer.WriteNull("columnDefinitions"u8);
        WriteRows(writer, table, request);
        writer.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter writer, ImmutableArray<TableColumn> columns)
    {
        writer.WriteStartArray("columnDefinitions"u8);
        foreach (var column in columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, column.Name);
            writer.WriteString("type"u8, column.Type);
            writer.WriteString("format"u8, column.Format);
            writer.WriteString("description"u8, column.Description);
            writer.WriteNumber("priority"u8, column.Priority);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteRows(Utf8JsonWriter writer, KindTable table, TableRequest request)
    {
        var row = new RowWriter(writer, request.Now);
        writer.WriteStartArray("rows"u8);
        foreach (var resource in request.Objects)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("cells"u8);
            table.WriteCells(row, resource);
            writer.WriteEndArray();
            if (table.Completion(resource) is { } completion)
                WriteCompletion(writer, completion);
            WriteObject(writer, resource, request.Include);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteCompletion(Utf8JsonWriter writer, RowCompletion completion)
    {
        writer.WriteStartArray("conditions"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "Completed"u8);
        writer.WriteString("status"u8, "True"u8);
        writer.WriteString("reason"u8, completion.Reason);
        writer.WriteString("message"u8, completion.Message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, IResource resource, TableInclude include)
    {
        writer.WritePropertyName("object"u8);
        switch (include)
        {
            case TableInclude.None:
                writer.WriteNullValue();
                break;
            case TableInclude.Object:
                resource.Write(writer);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString("kind"u8, "PartialObjectMetadata"u8);
                writer.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
                writer.WritePropertyName("metadata"u8);
                resource.Metadata.Write(writer);
                writer.WriteEndObject();
                break;
        }
    }
}
