using System.Collections.Frozen;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>Every schema that a document needs: those of the kinds it serves and all that these lead to.</summary>
internal sealed class SchemaSet
{
    private static readonly FrozenDictionary<string, ResourceType> ModelKinds =
        ResourceCatalog.Codecs.ToFrozenDictionary(codec => codec.Schema.Name, codec => codec.Type, StringComparer.Ordinal);

    private readonly SortedDictionary<string, TypeSchema> _types = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CustomResourceCodec> _custom = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _wellKnown = new(StringComparer.Ordinal) { WellKnownSchemas.Patch, WellKnownSchemas.RawExtension };
    private readonly SortedDictionary<string, ResourceType> _kinds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _lists = new(StringComparer.Ordinal);

    /// <summary>Collects the schemas.</summary>
    /// <param name="resources">What is served.</param>
    public SchemaSet(IEnumerable<ServedResource> resources)
    {
        Add(DeleteOptions.ModelSchema);
        Add(Status.ModelSchema);
        Add(ListMeta.ModelSchema);
        foreach (var resource in resources)
        {
            AddKind(resource.Codec);
            foreach (var name in resource.Subresources)
            {
                if (ApiPaths.KindOf(resource, name) is { } kind && ResourceCatalog.Find(kind.ApiVersion, kind.Kind) is { } codec)
                    AddKind(codec);
            }
            if (!resource.IsPostedOnly)
                _lists[ListName(resource.Codec.Schema)] = resource.Codec.Schema.Name;
        }
    }

    /// <summary>The types with fields, by name.</summary>
    public IReadOnlyDictionary<string, TypeSchema> Types => _types;

    /// <summary>The custom resources, whose schemas are those of their definitions, by name.</summary>
    public IReadOnlyDictionary<string, CustomResourceCodec> Custom => _custom;

    /// <summary>The names of the types without.</summary>
    public IReadOnlyCollection<string> WellKnown => _wellKnown;

    /// <summary>The lists: the name of the list's type, and of its items' type.</summary>
    public IReadOnlyDictionary<string, string> Lists => _lists;

    /// <summary>The kind that a type is, or null when it is only a part of one.</summary>
    /// <param name="schemaName">The type's name.</param>
    public ResourceType? KindOf(string schemaName) => _kinds.GetValueOrDefault(schemaName) ?? ModelKinds.GetValueOrDefault(schemaName);

    /// <summary>The name of the type of lists.</summary>
    /// <param name="item">The type of the items.</param>
    public static string ListName(TypeSchema item) => item.Name + "List";

    private void AddKind(ResourceCodec codec)
    {
        _kinds[codec.Schema.Name] = codec.Type;
        if (codec is CustomResourceCodec custom)
        {
            _custom[codec.Schema.Name] = custom;
            Add(ObjectMeta.ModelSchema);
            return;
        }
        Add(codec.Schema);
    }

    private void Add(TypeSchema type)
    {
        if (!_types.TryAdd(type.Name, type))
            return;
        foreach (var field in type.Fields)
        {
            var shape = field.Shape;
            while (shape.Element is { } element)
                shape = element;
            if (shape.Type is { } fieldType)
                Add(fieldType);
            else if (WellKnownSchemas.NameOf(type, shape) is { } name)
                _wellKnown.Add(name);
        }
    }
}
