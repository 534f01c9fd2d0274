using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tables;

/// <summary>The tables of all kinds.</summary>
internal static class KindTables
{
    private static readonly FrozenDictionary<string, KindTable> ByKind = ImmutableArray.Create(PodTable.Table)
        .AddRange(CoreTables.All).AddRange(NetworkTables.All).AddRange(StorageTables.All).AddRange(AppsTables.All)
        .AddRange(BatchTables.All).AddRange(PolicyTables.All).AddRange(EventTables.All)
        .ToFrozenDictionary(table => table.GroupResource, StringComparer.Ordinal);

    /// <summary>The table for objects without columns of their own.</summary>
    public static KindTable Default { get; } = new NameAndCreation();

    /// <summary>The table of a kind.</summary>
    /// <param name="type">The kind.</param>
    public static KindTable Find(ResourceType type) => ByKind.GetValueOrDefault(type.GroupResource, Default);

    private sealed class NameAndCreation : KindTable
    {
        public override string GroupResource => "";

        public override ImmutableArray<TableColumn> Columns { get; } =
            [TableColumn.ObjectName, new("Created At", "date", "When the object was made.")];

        public override void WriteCells(RowWriter row, IResource resource) => row.Name(resource)
            .Text((resource.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue).UtcDateTime
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }
}
