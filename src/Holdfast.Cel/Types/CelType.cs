using System.Collections.Immutable;

namespace Holdfast.Cel;

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

    private CelType(CelType other)
        : this(other.Kind, other.Name, other._parameters, other._fields)
    {
        MaximumSize = other.MaximumSize;
        ListRule = other.ListRule;
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

    /// <summary>A quantity such as <c>1.5Gi</c>.</summary>
    public static CelType Quantity { get; } = new(CelKind.Quantity, "kubernetes.Quantity");

    /// <summary>A parsed URL.</summary>
    public static CelType Url { get; } = new(CelKind.Url, "kubernetes.URL");

    /// <summary>An IP address.</summary>
    public static CelType Ip { get; } = new(CelKind.Ip, "net.IP");

    /// <summary>A network in CIDR notation.</summary>
    public static CelType Cidr { get; } = new(CelKind.Cidr, "net.CIDR");

    /// <summary>A named form of text.</summary>
    public static CelType Format { get; } = new(CelKind.Format, "kubernetes.NamedFormat");

    /// <summary>A semantic version.</summary>
    public static CelType Semver { get; } = new(CelKind.Semver, "kubernetes.Semver");

    /// <summary>A question about a path.</summary>
    public static CelType PathCheck { get; } = new(CelKind.PathCheck, "kubernetes.authorization.PathCheck");

    /// <summary>A question about an API group.</summary>
    public static CelType GroupCheck { get; } = new(CelKind.GroupCheck, "kubernetes.authorization.GroupCheck");

    /// <summary>A question about a resource.</summary>
    public static CelType ResourceCheck { get; } = new(CelKind.ResourceCheck, "kubernetes.authorization.ResourceCheck");

    /// <summary>The answer to a question about rights.</summary>
    public static CelType Decision { get; } = new(CelKind.Decision, "kubernetes.authorization.Decision");

    /// <summary>Somebody whose rights can be asked for: the type of the variable <c>authorizer</c>, which has <c>authorizer.requestResource</c>.</summary>
    public static CelType Authorizer { get; } = new(CelKind.Authorizer, "kubernetes.authorization.Authorizer",
        fields: ImmutableDictionary<string, CelField>.Empty.Add("requestResource", new("requestResource", "requestResource", ResourceCheck)));

    /// <summary>What sort of type it is.</summary>
    public CelKind Kind { get; }

    /// <summary>
    /// The most characters, octets or elements that a value of this type has, for estimates of costs; zero where a value has a fixed size.
    /// It has no part in equality.
    /// </summary>
    public ulong MaximumSize { get; private init; }

    /// <summary>How a list is compared and joined; null for lists whose order matters. It has no part in equality.</summary>
    public CelListRule? ListRule { get; private init; }

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

    /// <summary>The same type with a bound on the size of its values.</summary>
    /// <param name="maximumSize">The most characters, octets or elements.</param>
    public CelType Sized(ulong maximumSize) => new(this) { MaximumSize = maximumSize };

    /// <summary>The same list, compared and joined by a rule.</summary>
    /// <param name="rule">The rule.</param>
    public CelType Ruled(CelListRule rule) => new(this) { ListRule = rule };

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

    /// <summary>Another than who sent the request, so that there is no resource of a request.</summary>
    internal static CelType AccountAuthorizer { get; } = new(CelKind.Authorizer, "kubernetes.authorization.Authorizer");

    internal static CelType Parameter(string name) => new(CelKind.Parameter, name);
}
