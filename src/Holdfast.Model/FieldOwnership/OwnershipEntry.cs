using System.Text.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Who writes, and how.</summary>
/// <param name="Manager">The field manager's name.</param>
/// <param name="ApiVersion">The version in which it writes.</param>
/// <param name="Subresource">The sub-resource that it writes; empty for the object itself.</param>
/// <param name="Now">The time of the write.</param>
public sealed record FieldWriter(string Manager, string ApiVersion, string Subresource, DateTimeOffset Now);

/// <summary>One manager's line in an object's book: the stored entry, whose set is read only when it is needed.</summary>
internal sealed class OwnershipEntry
{
    private readonly ManagedFieldsEntry _source;
    private FieldSet? _fields;
    private readonly bool _isChanged;

    private OwnershipEntry(ManagedFieldsEntry source, FieldSet? fields, bool isChanged) =>
        (_source, _fields, _isChanged) = (source, fields, isChanged);

    internal string Manager => _source.Manager;

    internal string ApiVersion => _source.ApiVersion;

    internal string Subresource => _source.Subresource;

    internal string Operation => _source.Operation;

    internal bool IsApply => _source.Operation == OwnershipBook.ApplyOperation;

    internal DateTimeOffset? Time => _source.Time;

    /// <summary>The manager as messages name it.</summary>
    internal string Words
    {
        get
        {
            var name = Subresource.Length > 0 ? $"\"{Manager}\" with subresource \"{Subresource}\"" : $"\"{Manager}\"";
            return IsApply ? name : $"{name} using {ApiVersion}";
        }
    }

    /// <summary>What the manager owns.</summary>
    /// <exception cref="JsonException">What is stored is no field set.</exception>
    internal FieldSet Fields => _fields ??= FieldsV1.Read(_source.FieldsV1);

    internal static OwnershipEntry Stored(ManagedFieldsEntry source) => new(source, null, false);

    internal static OwnershipEntry New(FieldWriter writer, string operation, FieldSet fields, DateTimeOffset? time) =>
        new(ManagedFieldsEntry.Empty with
        {
            Manager = writer.Manager,
            Operation = operation,
            ApiVersion = writer.ApiVersion,
            Subresource = writer.Subresource,
            FieldsType = "FieldsV1",
            Time = time,
        }, fields, true);

    /// <summary>Whether this is the line of a writer: one who applies has one over all versions.</summary>
    internal bool IsOf(FieldWriter writer, string operation) =>
        _source.Operation == operation && _source.Manager == writer.Manager && _source.Subresource == writer.Subresource
        && (operation == OwnershipBook.ApplyOperation || _source.ApiVersion == writer.ApiVersion);

    /// <summary>The same line without some paths; null when nothing is left.</summary>
    internal OwnershipEntry? Without(FieldSet paths)
    {
        if (!_isChanged && !FieldsV1.MayOverlap(_source.FieldsV1, paths))
        {
            return this;
        }
        var left = Fields.Difference(paths);
        return left.IsEmpty ? null : With(left, Time);
    }

    internal OwnershipEntry With(FieldSet fields, DateTimeOffset? time) => new(
        Time == time ? _source : _source with { Time = time }, fields, _isChanged || !fields.Equals(Fields));

    internal ManagedFieldsEntry ToStored() => _isChanged ? _source with { FieldsV1 = FieldsV1.Write(Fields) } : _source;

    /// <summary>The order in which Kubernetes lists them.</summary>
    internal static int Compare(OwnershipEntry left, OwnershipEntry right)
    {
        var order = string.CompareOrdinal(left.Operation, right.Operation);
        order = order != 0 ? order : Seconds(left).CompareTo(Seconds(right));
        order = order != 0 ? order : string.CompareOrdinal(left.Manager, right.Manager);
        order = order != 0 ? order : string.CompareOrdinal(left.ApiVersion, right.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(left.Subresource, right.Subresource);
    }

    private static long Seconds(OwnershipEntry entry) => entry.Time?.ToUnixTimeSeconds() ?? 0;
}
