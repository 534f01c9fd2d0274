using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tables;

/// <summary>Shows custom objects in the columns that their definition names.</summary>
/// <param name="kind">The version.</param>
internal sealed class CustomTable(CustomKind kind) : KindTable
{
    /// <inheritdoc/>
    public override string GroupResource => kind.Type.GroupResource;

    /// <inheritdoc/>
    public override ImmutableArray<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        .. kind.Columns.Select(column => new TableColumn(column.Definition.Name, column.Definition.Type, column.Description)
        {
            Format = column.Definition.Format,
            Priority = column.Definition.Priority,
        }),
    ];

    /// <inheritdoc/>
    public override void WriteCells(RowWriter row, IResource resource)
    {
        using var document = JsonDocument.Parse(ModelJson.ToBytes(resource.Write), JsonInput.DocumentOptions);
        row.Name(resource);
        foreach (var column in kind.Columns)
            WriteCell(row, column, column.Path?.First(document.RootElement) ?? default);
    }

    private static void WriteCell(RowWriter row, PrinterColumn column, JsonElement value)
    {
        switch (column.Definition.Type, value.ValueKind)
        {
            case ("string", not (JsonValueKind.Undefined or JsonValueKind.Null)):
                row.Text(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                break;
            case ("integer", JsonValueKind.Number):
                row.Number(value.TryGetInt64(out var whole) ? whole : (long)value.GetDouble());
                break;
            case ("number", JsonValueKind.Number):
                row.Value(value);
                break;
            case ("boolean", JsonValueKind.True or JsonValueKind.False):
                row.Flag(value.GetBoolean());
                break;
            case ("date", JsonValueKind.String):
                if (DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                    row.Ago(time);
                else
                    row.Text("<invalid>");
                break;
            default:
                row.Nothing();
                break;
        }
    }
}
