using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Holdfast.Model.Schema;

/// <summary>The shape of one model type, as data: what OpenAPI, patches, field ownership and tables are made from.</summary>
public sealed class TypeSchema
{
    private readonly FrozenDictionary<string, FieldSchema> _byName;

    /// <summary>Describes a type.</summary>
    /// <param name="name">The name in OpenAPI documents, such as <c>io.k8s.api.apps.v1.StatefulSet</c>.</param>
    /// <param name="description">What the type is, in a sentence or two; may be empty.</param>
    /// <param name="fields">The fields, by name.</param>
    /// <param name="isAtomic">Whether the object is owned and replaced as a whole (<c>x-kubernetes-map-type: atomic</c>).</param>
    public TypeSchema(string name, string description, ImmutableArray<FieldSchema> fields, bool isAtomic = false)
    {
        Name = name;
        Description = description;
        Fields = fields;
        IsAtomic = isAtomic;
        _byName = fields.ToFrozenDictionary(field => field.JsonName, StringComparer.Ordinal);
    }

    /// <summary>The name in OpenAPI documents.</summary>
    public string Name { get; }

    /// <summary>What the type is.</summary>
    public string Description { get; }

    /// <summary>The fields, in the order of their names.</summary>
    public ImmutableArray<FieldSchema> Fields { get; }

    /// <summary>Whether the object is owned and replaced as a whole.</summary>
    public bool IsAtomic { get; }

    /// <summary>Whether values are of one of several types, so that the schema names none.</summary>
    public bool IsUnion { get; init; }

    /// <summary>The shape of members that are no fields; null when there are none.</summary>
    public Shape? OtherFields { get; init; }

    /// <summary>A field by its JSON name, or null.</summary>
    /// <param name="jsonName">The name in JSON.</param>
    public FieldSchema? Find(string jsonName) => _byName.GetValueOrDefault(jsonName);
}

/// <summary>One field of a type.</summary>
/// <param name="JsonName">The name in JSON.</param>
/// <param name="Shape">What values it takes.</param>
public sealed record FieldSchema(string JsonName, Shape Shape)
{
    /// <summary>The field as an element of a path of owned fields, such as <c>f:spec</c>.</summary>
    internal string PathElement { get; } = FieldOwnership.PathElement.Field(JsonName);

    /// <summary>The name in JSON as UTF-8.</summary>
    internal byte[] Utf8Name { get; } = System.Text.Encoding.UTF8.GetBytes(JsonName);

    /// <summary>What the field means; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether an object without it is refused.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it is written even when it is empty.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <summary>How server-side apply sees a list: null for the default (atomic), or set or map.</summary>
    public ListKind? ListKind { get; init; }

    /// <summary>The fields that tell the elements of a map-like list apart.</summary>
    public ImmutableArray<string> MapKeys { get; init; } = [];

    /// <summary>What stands for the missing field by its own schema, as JSON; null where <see cref="FieldDefaults"/> says it for its type.</summary>
    public string? Default { get; init; }

    /// <summary>The key by which a strategic merge patch merges the list, or null.</summary>
    public string? MergeKey { get; init; }

    /// <summary>Strategic merge: <c>merge</c>, <c>replace</c>, <c>retainKeys</c>, or several.</summary>
    public ImmutableArray<string> PatchStrategies { get; init; } = [];

    /// <summary>Whether the object or map in this field is owned as a whole.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>
    /// The field numbers that lead to the value in protocol buffers: one, or more where Kubernetes keeps the value in an
    /// embedded message that JSON does not show; empty when it never stands there.
    /// </summary>
    public ImmutableArray<int> ProtobufPath { get; init; } = [];
}

/// <summary>How server-side apply treats a list (<c>x-kubernetes-list-type</c>).</summary>
public enum ListKind
{
    /// <summary>Owned and replaced as a whole.</summary>
    Atomic,

    /// <summary>Scalars, each owned on its own.</summary>
    Set,

    /// <summary>Objects told apart by keys, each owned on its own.</summary>
    Map,
}
