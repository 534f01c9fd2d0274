using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Values;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// A schema of a custom resource, or of a part of one, made ready once to prune, fill in and check values many times. It
/// is immutable and shared by all requests.
/// </summary>
public sealed class StructuralSchema
{
    private StructuralSchema(JSONSchemaProps source)
    {
        Source = source;
        Properties = source.Properties.ToFrozenDictionary(entry => entry.Key, entry => new StructuralSchema(entry.Value), StringComparer.Ordinal);
        PropertyNames = [.. source.Properties.Keys];
        Items = source.Items?.Schema is { } items ? new StructuralSchema(items) : null;
        AdditionalProperties = source.AdditionalProperties?.Schema is { } values ? new StructuralSchema(values) : null;
        AllowsAdditionalProperties = source.AdditionalProperties is { Allows: true } or { Schema: not null };
        Default = source.Default is { } value ? Element(value) : null;
        Enum = [.. source.Enum.Select(Element)];
        Pattern = source.Pattern.Length > 0 && GoPattern.TryCompile(source.Pattern, out var pattern, out _) ? pattern : null;
        AllOf = All(source.AllOf);
        AnyOf = All(source.AnyOf);
        OneOf = All(source.OneOf);
        Not = source.Not is { } not ? new StructuralSchema(not) : null;
        HasDefaults = Default is not null || Items is { HasDefaults: true } || AdditionalProperties is { HasDefaults: true }
            || Properties.Values.Any(property => property.HasDefaults);
    }

    /// <summary>The schema as the definition has it.</summary>
    public JSONSchemaProps Source { get; }

    /// <summary>The type: <c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, or empty for any.</summary>
    public string Type => Source.Type;

    /// <summary>Whether null is a value.</summary>
    public bool IsNullable => Source.Nullable;

    /// <summary>The members of an object that are known.</summary>
    public FrozenDictionary<string, StructuralSchema> Properties { get; }

    /// <summary>The names of the known members, in order.</summary>
    public ImmutableArray<string> PropertyNames { get; }

    /// <summary>The schema of a list's items.</summary>
    public StructuralSchema? Items { get; }

    /// <summary>The schema of a map's values.</summary>
    public StructuralSchema? AdditionalProperties { get; }

    /// <summary>Whether an object may have members that are not named.</summary>
    public bool AllowsAdditionalProperties { get; }

    /// <summary>Whether unknown members stay.</summary>
    public bool PreservesUnknownFields => Source.XKubernetesPreserveUnknownFields == true;

    /// <summary>Whether the value is a whole object with apiVersion, kind and metadata.</summary>
    public bool IsEmbeddedResource => Source.XKubernetesEmbeddedResource;

    /// <summary>Whether the value is an integer or a string.</summary>
    public bool IsIntOrString => Source.XKubernetesIntOrString;

    /// <summary>How a list is merged: <c>atomic</c>, <c>set</c> or <c>map</c>.</summary>
    public string ListType => Source.XKubernetesListType ?? "atomic";

    /// <summary>The members that tell the items of a list of the type map apart.</summary>
    public ValueList<string> ListMapKeys => Source.XKubernetesListMapKeys;

    /// <summary>Whether an object is replaced as a whole.</summary>
    public bool IsAtomicMap => Source.XKubernetesMapType == "atomic";

    /// <summary>What stands for a missing value; null when nothing does.</summary>
    public JsonElement? Default { get; }

    /// <summary>Whether there is a default here or below.</summary>
    public bool HasDefaults { get; }

    /// <summary>The values that are allowed; empty for all.</summary>
    public ImmutableArray<JsonElement> Enum { get; }

    /// <summary>What a text must look like; null for anything.</summary>
    public Regex? Pattern { get; }

    /// <summary>Schemas that must all hold.</summary>
    public ImmutableArray<StructuralSchema> AllOf { get; }

    /// <summary>Schemas of which one must hold.</summary>
    public ImmutableArray<StructuralSchema> AnyOf { get; }

    /// <summary>Schemas of which exactly one must hold.</summary>
    public ImmutableArray<StructuralSchema> OneOf { get; }

    /// <summary>A schema that must not hold.</summary>
    public StructuralSchema? Not { get; }

    /// <summary>Makes a schema ready.</summary>
    /// <param name="source">The schema as a definition has it; it should have been checked.</param>
    public static StructuralSchema Of(JSONSchemaProps source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new StructuralSchema(source);
    }

    private static ImmutableArray<StructuralSchema> All(ValueList<JSONSchemaProps> sources) =>
        [.. sources.Select(source => new StructuralSchema(source))];

    private static JsonElement Element(JsonValue value)
    {
        using var document = value.ToDocument();
        return document.RootElement.Clone();
    }
}
