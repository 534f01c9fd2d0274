using System.Collections.Immutable;

namespace Holdfast.Cel;

/// <summary>What sort of type a <see cref="CelType"/> is.</summary>
public enum CelKind
{
    /// <summary>Anything; checked when the expression runs.</summary>
    Dyn,

    /// <summary>The type of <c>null</c>.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed number of 64 bits.</summary>
    Int,

    /// <summary>An unsigned number of 64 bits.</summary>
    Uint,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>Text, measured in code points.</summary>
    String,

    /// <summary>Octets.</summary>
    Bytes,

    /// <summary>A point in time.</summary>
    Timestamp,

    /// <summary>A length of time.</summary>
    Duration,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>An object with known fields.</summary>
    Object,

    /// <summary>A value that may be missing.</summary>
    Optional,

    /// <summary>A type as a value.</summary>
    Type,

    /// <summary>A placeholder in a function's signature.</summary>
    Parameter,
}

/// <summary>A field of an object type.</summary>
/// <param name="Name">The name in expressions, escaped (<see cref="CelIdentifiers"/>).</param>
/// <param name="JsonName">The name in JSON.</param>
/// <param name="Type">The type of its values.</param>
public sealed record CelField(string Name, string JsonName, CelType Type);

/// <summary>A type of the Common Expression Language; two of the same shape are equal, objects by name.</summary>
public sealed class CelType : IEquatable<CelType>
{
    private readonly ImmutableDictionary<string, CelField> _fields;
    private readonly ImmutableArray<CelType> _parameters;

    private CelType(CelKind kind, string name, ImmutableArray<CelType> parameters = default, ImmutableDictionary<string, CelField>? fields = null)
    {
        Kind = kind;
        Name = name;
        _parameters = parameters.IsDefault ? [] : parameters;
        _fields = fields ?? ImmutableDictionary<string, CelField>.Empty;
    }

    /// <summary>Anything.</summary>
    public static CelType Dyn { get; } = new(CelKind.Dyn, "dyn");

    /// <summary>The type of <c>null</c>.</summary>
    public static CelType Null { get; } = new(CelKind.Null, "null");

    /// <summary>True or false.</summary>
    public static CelType Bool { get; } = new(CelKind.Bool, "bool");

    /// <summary>Signed 64 bits.</summary>
    public static CelType Int { get; } = new(CelKind.Int, "int");

    /// <summary>Unsigned 64 bits.</summary>
    public static CelType Uint { get; } = new(CelKind.Uint, "uint");

    /// <summary>Floating point.</summary>
    public static CelType Double { get; } = new(CelKind.Double, "double");

    /// <summary>Text.</summary>
    public static CelType String { get; } = new(CelKind.String, "string");

    /// <summary>Octets; base64 in JSON.</summary>
    public static CelType Bytes { get; } = new(CelKind.Bytes, "bytes");

    /// <summary>A point in time; RFC 3339 in JSON.</summary>
    public static CelType Timestamp { get; } = new(CelKind.Timestamp, "timestamp");

    /// <summary>A length of time; text such as <c>1h30m</c> in JSON.</summary>
    public static CelType Duration { get; } = new(CelKind.Duration, "duration");

    /// <summary>A type as a value.</summary>
    public static CelType Type { get; } = new(CelKind.Type, "type");

    /// <summary>What sort of type it is.</summary>
    public CelKind Kind { get; }

    /// <summary>The simple name; of an object, the name it was given.</summary>
    public string Name { get; }

    /// <summary>The type of a list's elements, of a map's values or of what may be missing; <see cref="Dyn"/> for every other type.</summary>
    public CelType Element => _parameters.Length == 0 ? Dyn : _parameters[^1];

    /// <summary>The type of a map's keys; <see cref="Dyn"/> for every other type.</summary>
    public CelType Key => Kind == CelKind.Map ? _parameters[0] : Dyn;

    /// <summary>The fields of an object.</summary>
    public IEnumerable<CelField> Fields => _fields.Values;

    /// <summary>A list.</summary>
    /// <param name="element">The type of its elements.</param>
    public static CelType List(CelType element) => new(CelKind.List, "list", [element]);

    /// <summary>A value that may be missing.</summary>
    /// <param name="value">The type of the value.</param>
    public static CelType Optional(CelType value) => new(CelKind.Optional, "optional_type", [value]);

    /// <summary>A map.</summary>
    /// <param name="key">The type of its keys.</param>
    /// <param name="value">The type of its values.</param>
    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, "map", [key, value]);

    /// <summary>An object with known fields; an expression that names another one does not compile.</summary>
    /// <param name="name">The name in messages and for equality, so different shapes need different names.</param>
    /// <param name="fields">The fields.</param>
    public static CelType Object(string name, IEnumerable<CelField> fields) =>
        new(CelKind.Object, name, fields: fields.ToImmutableDictionary(field => field.Name, StringComparer.Ordinal));

    /// <summary>A field of an object, or null.</summary>
    /// <param name="name">The name in expressions.</param>
    public CelField? FindField(string name) => _fields.GetValueOrDefault(name);

    /// <inheritdoc/>
    public bool Equals(CelType? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Name == other.Name && _parameters.AsSpan().SequenceEqual(other._parameters.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CelType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name);

    /// <summary>The type as messages show it, such as <c>map(string, int)</c>.</summary>
    public override string ToString() => _parameters.Length == 0 ? Name : $"{Name}({string.Join(", ", _parameters)})";

    internal static CelType Parameter(string name) => new(CelKind.Parameter, name);
}
