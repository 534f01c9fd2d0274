namespace Holdfast.Model.Schema;

/// <summary>What values a field takes.</summary>
public enum ShapeKind
{
    /// <summary>A string.</summary>
    String,

    /// <summary>A 32-bit integer.</summary>
    Int32,

    /// <summary>A 64-bit integer.</summary>
    Int64,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An amount, a string such as <c>200Gi</c>.</summary>
    Quantity,

    /// <summary>A number or a string.</summary>
    IntOrString,

    /// <summary>A point in time to the second.</summary>
    Time,

    /// <summary>A point in time to the microsecond.</summary>
    MicroTime,

    /// <summary>Bytes in base64.</summary>
    Bytes,

    /// <summary>Any JSON value.</summary>
    Json,

    /// <summary>Any JSON value, whose objects are owned member by member.</summary>
    Deduced,

    /// <summary>An object with known fields.</summary>
    Object,

    /// <summary>A list of elements of one shape.</summary>
    List,

    /// <summary>A map from strings to values of one shape.</summary>
    Map,
}

/// <summary>The shape of a value: a scalar, an object with known fields, or a list or map of another shape.</summary>
public sealed class Shape
{
    private readonly Func<TypeSchema>? _type;
    private readonly Shape? _element;

    private Shape(ShapeKind kind, Func<TypeSchema>? type = null, Shape? element = null, FieldSchema? values = null)
    {
        Kind = kind;
        _type = type;
        _element = element;
        Values = values;
    }

    /// <summary>What kind of value.</summary>
    public ShapeKind Kind { get; }

    /// <summary>The shape of a list's elements or a map's values; of a value that is deduced, the same again.</summary>
    public Shape? Element => Kind == ShapeKind.Deduced ? this : _element;

    /// <summary>How a map's values are owned and merged, as a field without a name; null when they are as by default.</summary>
    public FieldSchema? Values { get; }

    /// <summary>The fields of an object; null for every other kind.</summary>
    public TypeSchema? Type => _type?.Invoke();

    /// <summary>A scalar or free-form shape.</summary>
    /// <param name="kind">Its kind.</param>
    public static Shape Of(ShapeKind kind) => new(kind);

    /// <summary>An object; the type is asked for late, since types may contain themselves.</summary>
    /// <param name="type">Gives the type.</param>
    public static Shape Object(Func<TypeSchema> type) => new(ShapeKind.Object, type);

    /// <summary>A list.</summary>
    /// <param name="element">The shape of its elements.</param>
    public static Shape List(Shape element) => new(ShapeKind.List, element: element);

    /// <summary>A map from strings.</summary>
    /// <param name="element">The shape of its values.</param>
    public static Shape Map(Shape element) => new(ShapeKind.Map, element: element);

    /// <summary>A map from strings, whose values are owned and merged as a field would be.</summary>
    /// <param name="values">The field; its name is not used.</param>
    public static Shape Map(FieldSchema values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(ShapeKind.Map, element: values.Shape, values: values);
    }
}
