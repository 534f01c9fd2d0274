using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>Writes a JSON value as the content of a length-delimited field.</summary>
internal abstract record ValueForm
{
    /// <summary>The field's content.</summary>
    public abstract byte[] Write(JsonElement value);

    /// <summary>Appends a field with this form's content.</summary>
    public virtual void Append(MemoryStream output, int number, JsonElement value) => Delimited(output, number, Write(value));

    /// <summary>Appends a length-delimited field.</summary>
    protected static void Delimited(MemoryStream output, int number, ReadOnlySpan<byte> content)
    {
        Varint(output, ((ulong)number << 3) | 2);
        Varint(output, (ulong)content.Length);
        output.Write(content);
    }

    /// <summary>Appends a number in groups of seven bits.</summary>
    protected static void Varint(MemoryStream output, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            output.WriteByte((byte)(number | 0x80));
        output.WriteByte((byte)number);
    }
}

/// <summary>A text.</summary>
internal sealed record TextForm : ValueForm
{
    public override byte[] Write(JsonElement value) => Encoding.UTF8.GetBytes(value.GetString() ?? "");
}

/// <summary>True or false, or a whole number.</summary>
internal sealed record NumberForm : ValueForm
{
    public override byte[] Write(JsonElement value) => throw new NotSupportedException();

    public override void Append(MemoryStream output, int number, JsonElement value)
    {
        Varint(output, (ulong)number << 3);
        Varint(output, value.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => (ulong)value.GetInt64() });
    }
}

/// <summary>A number with a fraction.</summary>
internal sealed record DoubleForm : ValueForm
{
    public override byte[] Write(JsonElement value) => throw new NotSupportedException();

    public override void Append(MemoryStream output, int number, JsonElement value)
    {
        Varint(output, ((ulong)number << 3) | 1);
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value.GetDouble());
        output.Write(bytes);
    }
}

/// <summary>A value in the field that its own type decides: a number, true or false, or a text; of anything else nothing is written.</summary>
internal sealed record ScalarChoiceForm : ValueForm
{
    private static readonly TextForm Text = new();
    private static readonly NumberForm Boolean = new();
    private static readonly DoubleForm Double = new();

    public override byte[] Write(JsonElement value)
    {
        using var output = new MemoryStream();
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                Double.Append(output, 1, value);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Boolean.Append(output, 2, value);
                break;
            case JsonValueKind.String:
                Text.Append(output, 3, value);
                break;
            default:
                break;
        }
        return output.ToArray();
    }
}

/// <summary>Any value, as YAML, of which JSON is a part.</summary>
internal sealed record AnyForm : ValueForm
{
    private const int Yaml = 2;

    public override byte[] Write(JsonElement value)
    {
        using var output = new MemoryStream();
        Delimited(output, Yaml, Encoding.UTF8.GetBytes(value.GetRawText() + "\n"));
        return output.ToArray();
    }
}

/// <summary>Each element of an array, in a field of its own; also a value that is no array, as one.</summary>
/// <param name="Element">The form of the elements.</param>
internal sealed record ManyForm(ValueForm Element) : ValueForm
{
    public override byte[] Write(JsonElement value) => throw new NotSupportedException();

    public override void Append(MemoryStream output, int number, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Element.Append(output, number, value);
            return;
        }
        foreach (var element in value.EnumerateArray())
            Element.Append(output, number, element);
    }
}

/// <summary>Each property of an object: a message with its name and value.</summary>
/// <param name="Value">Gives the form of the values; a function since forms hold each other.</param>
internal sealed record NamedForm(Func<ValueForm> Value) : ValueForm
{
    private const int NameNumber = 1;
    private const int ValueNumber = 2;

    public override byte[] Write(JsonElement value) => throw new NotSupportedException();

    public override void Append(MemoryStream output, int number, JsonElement value)
    {
        foreach (var property in value.EnumerateObject())
            AppendOne(output, number, property);
    }

    public void AppendOne(MemoryStream output, int number, JsonProperty property)
    {
        using var pair = new MemoryStream();
        Delimited(pair, NameNumber, Encoding.UTF8.GetBytes(property.Name));
        Value().Append(pair, ValueNumber, property.Value);
        Delimited(output, number, pair.ToArray());
    }
}

/// <summary>A message that holds the whole value in one field, which one the value decides.</summary>
/// <param name="Choose">The field's number and form for a value.</param>
internal sealed record ChoiceForm(Func<JsonElement, (int Number, ValueForm Form)> Choose) : ValueForm
{
    public override byte[] Write(JsonElement value)
    {
        using var output = new MemoryStream();
        var (number, form) = Choose(value);
        form.Append(output, number, value);
        return output.ToArray();
    }
}

/// <summary>A message whose fields are the properties of an object.</summary>
/// <param name="Extensions">The field's number of what begins with <c>x-</c>.</param>
/// <param name="Fields">Names, numbers and forms of the others.</param>
internal sealed record MessageForm(int Extensions, params (string Name, int Number, Func<ValueForm> Form)[] Fields) : ValueForm
{
    private static readonly NamedForm Extension = new(static () => new AnyForm());

    private readonly Dictionary<string, (int Number, Func<ValueForm> Form)> _fields =
        Fields.ToDictionary(field => field.Name, field => (field.Number, field.Form), StringComparer.Ordinal);

    public override byte[] Write(JsonElement value)
    {
        using var output = new MemoryStream();
        foreach (var property in value.EnumerateObject())
        {
            if (_fields.TryGetValue(property.Name, out var field))
                field.Form().Append(output, field.Number, property.Value);
            else if (property.Name.StartsWith("x-", StringComparison.Ordinal))
                Extension.AppendOne(output, Extensions, property);
        }
        return output.ToArray();
    }
}
