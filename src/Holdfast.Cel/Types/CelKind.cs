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

    /// <summary>A quantity such as <c>1.5Gi</c>.</summary>
    Quantity,

    /// <summary>A parsed URL.</summary>
    Url,

    /// <summary>An IP address.</summary>
    Ip,

    /// <summary>A network in CIDR notation.</summary>
    Cidr,

    /// <summary>A named form of text, such as <c>dns1123Label</c>.</summary>
    Format,

    /// <summary>A semantic version.</summary>
    Semver,

    /// <summary>Somebody whose rights can be asked for.</summary>
    Authorizer,

    /// <summary>A question about a path.</summary>
    PathCheck,

    /// <summary>A question about an API group.</summary>
    GroupCheck,

    /// <summary>A question about a resource.</summary>
    ResourceCheck,

    /// <summary>The answer to a question about rights.</summary>
    Decision,

    /// <summary>A placeholder in a function's signature.</summary>
    Parameter,
}
