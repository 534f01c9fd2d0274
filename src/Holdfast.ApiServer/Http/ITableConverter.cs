using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Http;

/// <summary>Makes the Tables that kubectl prints: columns and rows for objects of one kind.</summary>
public interface ITableConverter
{
    /// <summary>Writes one <c>meta.k8s.io/v1</c> Table.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="request">What the table shows.</param>
    void Write(Utf8JsonWriter writer, TableRequest request);
}

/// <summary>What a table shows.</summary>
/// <param name="Type">The kind of the objects.</param>
/// <param name="Metadata">The revision, and how to go on; as the list would have it.</param>
/// <param name="Objects">The objects, one row each.</param>
/// <param name="Include">What of each object goes with its row.</param>
/// <param name="HasColumns">Whether the column definitions are written; a watch sends them with its first table only.</param>
/// <param name="Now">The time for ages.</param>
public sealed record TableRequest(
    ResourceType Type, ListMeta Metadata, ImmutableArray<IResource> Objects, TableInclude Include, bool HasColumns, DateTimeOffset Now)
{
    /// <summary>The version of a custom resource that the objects are of; null for all others.</summary>
    public CustomKind? Custom { get; init; }
}

/// <summary>What of an object goes with its row (<c>includeObject</c>).</summary>
public enum TableInclude
{
    /// <summary>The object's metadata, as a PartialObjectMetadata.</summary>
    Metadata,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>The whole object.</summary>
    Object,
}
