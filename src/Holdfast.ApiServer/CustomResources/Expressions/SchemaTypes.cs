using Holdfast.Cel;
using Holdfast.Model.CustomResources;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>The type by which expressions see the values of a schema.</summary>
/// <param name="Type">The type, with how large its parts may be.</param>
/// <param name="LeastJson">How many octets a value has at least as JSON.</param>
internal sealed record DeclaredType(CelType Type, long LeastJson);

/// <summary>
/// The types by which expressions see the values of a schema, and how large they may be: as the schema bounds them, or as fits into a request.
/// What has no type in the schema is not seen. Of one schema; each of its parts is looked at once.
/// </summary>
internal sealed class SchemaTypes
{
    /// <summary>The largest request that Kubernetes counts with.</summary>
    public const long LargestRequest = 3 * 1024 * 1024;

    private const long LongestTime = 32;
    private const long LongestDate = 12;
    private const int OctetsOfCharacter = 4;

    private static readonly CelType Text = CelType.String.Sized(LargestRequest - 2);
    private static readonly CelType Metadata = CelType.Object("object.metadata", [new("name", "name", Text), new("generateName", "generateName", Text)]);

    private readonly Dictionary<StructuralSchema, DeclaredType?> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The type of a schema's values; null when expressions do not see them.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="name">A name for the type, unlike all others of the same definition.</param>
    /// <param name="isRoot">Whether it is the schema of whole objects.</param>
    public DeclaredType? Of(StructuralSchema schema, string name, bool isRoot)
    {
        if (_known.TryGetValue(schema, out var known))
            return known;
        var declared = Declare(schema, name, isRoot);
        _known[schema] = declared;
        return declared;
    }

    private DeclaredType? Declare(StructuralSchema schema, string name, bool isRoot)
    {
        if (schema.IsIntOrString)
            return new(CelType.Dyn.Sized(Octets(schema) ?? LargestRequest - 2), 1);
        return schema.Type switch
        {
            "object" when schema.AdditionalProperties is { } values => DeclareMap(schema, Of(values, name + ".@values", false)),
            "object" => DeclareObject(schema, name, isRoot || schema.IsEmbeddedResource),
            "array" => schema.Items is { } items ? DeclareList(schema, Of(items, name + ".@idx", false)) : null,
            "string" => DeclareText(schema),
            "boolean" => new(CelType.Bool, 4),
            "number" => new(CelType.Double, 1),
            "integer" => new(CelType.Int, 1),
            _ => null,
        };
    }

    private static DeclaredType? DeclareMap(StructuralSchema schema, DeclaredType? values)
    {
        // Two octets for a name's quotes, and some for a name, a colon, a comma.
        var size = schema.Source.MaxProperties is { } most ? Bounded(most) : (LargestRequest - 2) / ((values?.LeastJson ?? 0) + 6);
        return values is null ? null : new(CelType.Map(CelType.String, values.Type).Sized((ulong)size), 2);
    }

    private static DeclaredType? DeclareList(StructuralSchema schema, DeclaredType? items)
    {
        if (items is null)
            return null;
        var size = schema.Source.MaxItems is { } most ? Bounded(most) : (LargestRequest - 2) / (items.LeastJson + 1);
        var list = CelType.List(items.Type).Sized((ulong)size);
        return new(RuleOf(schema) is { } rule ? list.Ruled(rule) : list, 2);
    }

    private static CelListRule? RuleOf(StructuralSchema schema) => schema.ListType switch
    {
        "set" => CelListRule.Set,
        "map" => new([.. schema.ListMapKeys.Select(key => CelIdentifiers.Escape(key) ?? key)]),
        _ => null,
    };

    private static DeclaredType DeclareText(StructuralSchema schema) => schema.Source.Format switch
    {
        "byte" => new(CelType.Bytes.Sized((ulong)(schema.Source.MaxLength is { } most ? Bounded(most) : LargestRequest - 2)), 2),
        "duration" => new(CelType.Duration.Sized(LongestTime), 3),
        "date" => new(CelType.Timestamp.Sized(LongestDate), LongestDate),
        "date-time" => new(CelType.Timestamp.Sized(LongestTime), 21),
        _ => new(CelType.String.Sized(Octets(schema) ?? LongestChoice(schema) ?? LargestRequest - 2), 2),
    };

    private static ulong? Octets(StructuralSchema schema) => schema.Source.MaxLength is { } most ? (ulong)Bounded(most) * OctetsOfCharacter : null;

    private static ulong? LongestChoice(StructuralSchema schema) => schema.Enum.IsEmpty ? null : (ulong)schema.Enum.Max(
        value => value.ValueKind == System.Text.Json.JsonValueKind.String ? System.Text.Encoding.UTF8.GetByteCount(value.GetString()!) : 0);

    private static long Bounded(long most) => Math.Clamp(most, 0, long.MaxValue / OctetsOfCharacter);

    private DeclaredType DeclareObject(StructuralSchema schema, string name, bool isResource)
    {
        var least = 2L;
        var fields = new List<CelField>();
        if (isResource)
            fields.AddRange([new("apiVersion", "apiVersion", Text), new("kind", "kind", Text), new("metadata", "metadata", Metadata)]);
        foreach (var property in schema.PropertyNames)
        {
            if (isResource && property is ("apiVersion" or "kind" or "metadata"))
                continue;
            var below = schema.Properties[property];
            if (Of(below, $"{name}.{property}", false) is not { } declared)
                continue;
            if (CelIdentifiers.Escape(property) is { } field)
                fields.Add(new(field, property, declared.Type));
            if (schema.Source.Required.Contains(property) && below.Default is null)
                least += property.Length + declared.LeastJson + 4;
        }
        return new(CelType.Object(name, fields), least);
    }
}
