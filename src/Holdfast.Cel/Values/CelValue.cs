using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Cel.Values;

namespace Holdfast.Cel;

/// <summary>A value of the Common Expression Language. Immutable.</summary>
public abstract record CelValue
{
    /// <summary>The type that it has when the expression runs; elements and fields are not looked at.</summary>
    public abstract CelType Type { get; }

    /// <summary>Reads a JSON value.</summary>
    /// <param name="json">The value.</param>
    /// <param name="type">
    /// What it is read as: strings become times, durations and bytes where the type says so, and objects give their fields
    /// under escaped names. What does not have this type's shape is read as if no type were known.
    /// </param>
    public static CelValue FromJson(JsonElement json, CelType? type = null) => JsonValues.Read(json, type ?? CelType.Dyn);
}

/// <summary><c>null</c>.</summary>
public sealed record CelNull : CelValue
{
    private CelNull()
    {
    }

    /// <summary>The one value.</summary>
    public static CelNull Instance { get; } = new();

    /// <inheritdoc/>
    public override CelType Type => CelType.Null;
}

/// <summary>True or false.</summary>
/// <param name="Value">Which.</param>
public sealed record CelBool(bool Value) : CelValue
{
    /// <summary>True.</summary>
    public static CelBool True { get; } = new(true);

    /// <summary>False.</summary>
    public static CelBool False { get; } = new(false);

    /// <inheritdoc/>
    public override CelType Type => CelType.Bool;

    internal static CelBool Of(bool value) => value ? True : False;
}

/// <summary>A signed number.</summary>
/// <param name="Value">The number.</param>
public sealed record CelInt(long Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Int;
}

/// <summary>An unsigned number.</summary>
/// <param name="Value">The number.</param>
public sealed record CelUint(ulong Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Uint;
}

/// <summary>A floating-point number.</summary>
/// <param name="Value">The number.</param>
public sealed record CelDouble(double Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Double;
}

/// <summary>Text.</summary>
/// <param name="Value">The text.</param>
public sealed record CelString(string Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.String;
}

/// <summary>Octets.</summary>
/// <param name="Value">The octets.</param>
public sealed record CelBytes(ImmutableArray<byte> Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Bytes;
}

/// <summary>A point in time.</summary>
/// <param name="Seconds">Whole seconds since 1970.</param>
/// <param name="Nanoseconds">Billionths of a second after them, 0 to 999,999,999.</param>
public sealed record CelTimestamp(long Seconds, int Nanoseconds) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Timestamp;

    /// <summary>From .NET's form.</summary>
    /// <param name="time">The time.</param>
    public static CelTimestamp From(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        return new(seconds, (int)((time.UtcTicks - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks) * TimeSpan.NanosecondsPerTick));
    }
}

/// <summary>A length of time.</summary>
/// <param name="Nanoseconds">In billionths of a second.</param>
public sealed record CelDuration(long Nanoseconds) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Duration;
}

/// <summary>A list.</summary>
/// <param name="Items">The elements.</param>
public sealed record CelList(ImmutableArray<CelValue> Items) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type { get; } = CelType.List(CelType.Dyn);

    /// <summary>How it is compared and joined; null when its order matters.</summary>
    public CelListRule? Rule { get; init; }
}

/// <summary>A map, or an object with its fields.</summary>
public sealed record CelMap : CelValue
{
    internal CelMap(IReadOnlyDictionary<CelValue, CelValue> entries) => Entries = entries;

    /// <inheritdoc/>
    public override CelType Type { get; } = CelType.Map(CelType.Dyn, CelType.Dyn);

    /// <summary>The entries; numbers that are equal are the same key, whatever their types.</summary>
    public IReadOnlyDictionary<CelValue, CelValue> Entries { get; }

    /// <summary>A map from texts.</summary>
    /// <param name="entries">The entries.</param>
    public static CelMap Of(params IEnumerable<KeyValuePair<string, CelValue>> entries) => new(entries.ToDictionary(
        entry => (CelValue)new CelString(entry.Key), entry => entry.Value, CelKeyComparer.Instance));
}

/// <summary>A value that may be missing.</summary>
/// <param name="Value">The value; null when it is missing.</param>
public sealed record CelOptional(CelValue? Value) : CelValue
{
    /// <summary>A value that is missing.</summary>
    public static CelOptional None { get; } = new((CelValue?)null);

    /// <inheritdoc/>
    public override CelType Type { get; } = CelType.Optional(CelType.Dyn);
}

/// <summary>A type as a value.</summary>
/// <param name="Value">The type.</param>
public sealed record CelTypeValue(CelType Value) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Type;
}

/// <summary>Why an evaluation has no value.</summary>
public enum CelErrorKind
{
    /// <summary>An operation failed: a key that is not there, a division by zero, an overload that does not exist.</summary>
    Evaluation,

    /// <summary>The evaluation cost more than it may.</summary>
    CostExceeded,

    /// <summary>It was asked to end.</summary>
    Cancelled,
}

/// <summary>What an evaluation gives when it fails; <c>&amp;&amp;</c>, <c>||</c>, <c>all</c> and <c>exists</c> may absorb it.</summary>
/// <param name="Message">What happened, in cel-go's words.</param>
/// <param name="Kind">Why.</param>
public sealed record CelError(string Message, CelErrorKind Kind) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Dyn;

    internal static CelError NoSuchOverload { get; } = Of("no such overload");

    internal static CelError Of(string message) => new(message, CelErrorKind.Evaluation);
}
