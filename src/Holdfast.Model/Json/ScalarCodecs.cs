using System.Text;
using System.Text.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.Json;

/// <summary>Strings.</summary>
public readonly struct StringCodec : ICodec<string>
{
    /// <inheritdoc/>
    public static string TypeName => "string";

    /// <inheritdoc/>
    public static string Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.String => input.ReadString(field),
        JsonTokenType.Null => "",
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);
}

/// <summary>32-bit integers.</summary>
public readonly struct Int32Codec : ICodec<int>
{
    /// <inheritdoc/>
    public static string TypeName => "int32";

    /// <inheritdoc/>
    public static int Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.Number when input.Reader.TryGetInt32(out var number) => number,
        JsonTokenType.Null => 0,
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, int value) => writer.WriteNumberValue(value);
}

/// <summary>64-bit integers.</summary>
public readonly struct Int64Codec : ICodec<long>
{
    /// <inheritdoc/>
    public static string TypeName => "int64";

    /// <inheritdoc/>
    public static long Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.Number when input.Reader.TryGetInt64(out var number) => number,
        JsonTokenType.Null => 0,
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, long value) => writer.WriteNumberValue(value);
}

/// <summary>Floating-point numbers.</summary>
public readonly struct DoubleCodec : ICodec<double>
{
    /// <inheritdoc/>
    public static string TypeName => "float64";

    /// <inheritdoc/>
    public static double Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.Number when input.Reader.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonTokenType.Null => 0,
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, double value) => writer.WriteNumberValue(value);
}

/// <summary>Booleans.</summary>
public readonly struct BooleanCodec : ICodec<bool>
{
    /// <inheritdoc/>
    public static string TypeName => "bool";

    /// <inheritdoc/>
    public static bool Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);
}

/// <summary>Quantities, given as strings or numbers, written as strings.</summary>
public readonly struct QuantityCodec : ICodec<Quantity>
{
    /// <inheritdoc/>
    public static string TypeName => "resource.Quantity";

    /// <inheritdoc/>
    public static Quantity Read(ref JsonInput input, string field)
    {
        if (input.IsNull)
        {
            return default;
        }
        var text = input.Token switch
        {
            JsonTokenType.String => input.ReadString(field),
            JsonTokenType.Number => Encoding.UTF8.GetString(input.Reader.ValueSpan),
            _ => throw new ModelDecodeException(Quantity.MalformedError),
        };
        return Quantity.TryParse(text.Trim(), out var quantity, out var error) ? quantity : throw new ModelDecodeException(error!);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, Quantity value) => writer.WriteStringValue(value.ToString());
}

/// <summary>Numbers or strings.</summary>
public readonly struct IntOrStringCodec : ICodec<IntOrString>
{
    /// <inheritdoc/>
    public static string TypeName => "intstr.IntOrString";

    /// <inheritdoc/>
    public static IntOrString Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.String => input.ReadString(field),
        JsonTokenType.Number when input.Reader.TryGetInt32(out var number) => number,
        JsonTokenType.Null => default,
        _ => throw input.MismatchOfValue("int32"),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, IntOrString value)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteNumberValue(value.Number);
        }
    }
}

/// <summary>Base64 bytes.</summary>
public readonly struct BytesCodec : ICodec<ByteString>
{
    /// <inheritdoc/>
    public static string TypeName => "[]uint8";

    /// <inheritdoc/>
    public static ByteString Read(ref JsonInput input, string field) => input.Token switch
    {
        JsonTokenType.String => Decode(ref input, field),
        JsonTokenType.Null => default,
        _ => throw input.Mismatch(field, TypeName),
    };

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, ByteString value) => writer.WriteBase64StringValue(value.Span);

    private static ByteString Decode(ref JsonInput input, string field)
    {
        var isPlain = !input.Reader.HasValueSequence && !input.Reader.ValueIsEscaped;
        var text = isPlain ? input.Reader.ValueSpan : Encoding.UTF8.GetBytes(input.ReadString(field));
        var bad = Base64Text.FirstBad(text);
        return bad < 0 ? ByteString.CopyFrom(Base64Text.Decode(text)) : throw new ModelDecodeException(Base64Text.Problem(bad));
    }
}

/// <summary>Any JSON value, kept as text.</summary>
public readonly struct JsonValueCodec : ICodec<JsonValue>
{
    /// <inheritdoc/>
    public static string TypeName => "runtime.RawExtension";

    /// <inheritdoc/>
    public static JsonValue Read(ref JsonInput input, string field) => JsonValue.FromUtf8(input.CaptureValue());

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, JsonValue value) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
