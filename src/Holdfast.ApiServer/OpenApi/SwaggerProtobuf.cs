using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>
/// Swagger 2.0 as protobuf, which client libraries and older kubectl read: the JSON document, written by the messages of
/// <c>openapi.v2</c> of gnostic. What has no field there but begins with <c>x-</c> becomes an extension.
/// </summary>
internal static class SwaggerProtobuf
{
    /// <summary>How it is asked for.</summary>
    internal const string AcceptedType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    // What is asked for is no valid media type, and Go refuses to read it in an answer.
    private const string MediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>The document of a document.</summary>
    /// <param name="json">Swagger 2.0 as JSON.</param>
    internal static OpenApiDocument Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var body = SwaggerMessages.Document.Write(document.RootElement);
        return new OpenApiDocument(body, MediaType, $"\"{Convert.ToHexString(SHA512.HashData(body).AsSpan(0, 32))}\"");
    }
}

/// <summary>Writes a JSON value as the content of a length-delimited field.</summary>
internal abstract record SwaggerForm
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
internal sealed record TextForm : SwaggerForm
{
    public override byte[] Write(JsonElement value) => Encoding.UTF8.GetBytes(value.GetString() ?? "");
}

/// <summary>True or false, or a whole number.</summary>
internal sealed record NumberForm : SwaggerForm
{
    public override byte[] Write(JsonElement value) => throw new NotSupportedException();

    public override void Append(MemoryStream output, int number, JsonElement value)
    {
        Varint(output, (ulong)number << 3);
        Varint(output, value.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => (ulong)value.GetInt64() });
    }
}

/// <summary>A number with a fraction.</summary>
internal sealed record DoubleForm : SwaggerForm
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

/// <summary>Any value, as YAML, of which JSON is a part.</summary>
internal sealed record AnyForm : SwaggerForm
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
internal sealed record ManyForm(SwaggerForm Element) : SwaggerForm
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
internal sealed record NamedForm(Func<SwaggerForm> Value) : SwaggerForm
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
internal sealed record ChoiceForm(Func<JsonElement, (int Number, SwaggerForm Form)> Choose) : SwaggerForm
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
internal sealed record MessageForm(int Extensions, params (string Name, int Number, Func<SwaggerForm> Form)[] Fields) : SwaggerForm
{
    private static readonly NamedForm Extension = new(static () => new AnyForm());

    private readonly Dictionary<string, (int Number, Func<SwaggerForm> Form)> _fields =
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
