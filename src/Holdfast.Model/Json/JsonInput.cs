using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Holdfast.Model.Json;

/// <summary>
/// Reads one JSON value as model records: a forward reader that knows its path, collects unknown and repeated fields and
/// turns mismatches into messages that name type, field and what was expected.
/// </summary>
public ref struct JsonInput
{
    /// <summary>How deep JSON may nest that is read: objects, and the lists, events and reviews that hold them.</summary>
    public const int MaximumDepth = 256;

    /// <summary>How deep one object may nest, so that whatever holds it can be read.</summary>
    public const int ObjectDepth = 248;

    /// <summary>How deep the fields beside an object's metadata may nest, so that the metadata can tell who owns the deepest of them.</summary>
    public const int ContentDepth = 240;

    private readonly DecodeIssues _issues;
    private Utf8JsonReader _reader;
    private string _typeName;

    /// <summary>Starts at the first token of a JSON value.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="issues">Where unknown and repeated fields are collected.</param>
    /// <param name="depth">How deep it may nest.</param>
    public JsonInput(ReadOnlySpan<byte> utf8, DecodeIssues issues, int depth = MaximumDepth)
    {
        _issues = issues;
        _typeName = "";
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = depth });
        _reader.Read();
    }

    /// <summary>How readers of JSON that clients or objects hold are made: the default depth is too small for them.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = MaximumDepth };

    /// <summary>How documents of JSON that clients or objects hold are read: the default depth is too small for them.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = MaximumDepth };

    /// <summary>Whether a text nests no deeper than so many levels.</summary>
    /// <param name="utf8">Valid JSON.</param>
    /// <param name="depth">How deep it may nest.</param>
    public static bool IsWithin(ReadOnlySpan<byte> utf8, int depth)
    {
        // A text with few of these need not be read for it.
        if (utf8.Count((byte)'{') + utf8.Count((byte)'[') <= depth)
        {
            return true;
        }
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        while (reader.Read())
        {
            if (reader.CurrentDepth >= depth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The kind of the current token.</summary>
    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Whether the current value is null.</summary>
    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>The reader at the current token, for scalar codecs.</summary>
    [UnscopedRef]
    internal ref Utf8JsonReader Reader => ref _reader;

    /// <summary>The current string; its escapes may spell half of a character, which no text has.</summary>
    /// <param name="field">The field's name, for the message.</param>
    /// <exception cref="ModelDecodeException">It is not Unicode.</exception>
    internal readonly string ReadString(string field)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Malformed(field, "the string is not valid Unicode");
        }
    }

    /// <summary>Begins an object; false when the value is null, which reads as the empty object.</summary>
    /// <param name="typeName">The type's name, for messages.</param>
    public bool BeginObject(string typeName)
    {
        if (IsNull)
        {
            return false;
        }
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw Mismatch("", "v1." + typeName);
        }
        _typeName = typeName;
        return true;
    }

    /// <summary>The type that is being read, for messages; to be set back after reading a part of it.</summary>
    internal string CurrentType
    {
        readonly get => _typeName;
        set => _typeName = value;
    }

    /// <summary>Advances to the next field's value; false at the object's end.</summary>
    /// <param name="name">The field's name, unescaped.</param>
    public bool NextField(out ReadOnlySpan<byte> name)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = default;
            return false;
        }
        name = _reader.ValueIsEscaped ? Unescape() : _reader.ValueSpan;
        _reader.Read();
        return true;
    }

    /// <summary>Notes that a field was met; a second time is a repeated field.</summary>
    /// <param name="seen">The fields met so far, a bit each.</param>
    /// <param name="bit">The field's bit.</param>
    /// <param name="field">The field's name.</param>
    public readonly void Mark(ref ulong seen, int bit, string field)
    {
        if ((seen & (1UL << bit)) != 0)
        {
            _issues.AddDuplicate(field);
        }
        seen |= 1UL << bit;
    }

    /// <summary>Notes an unknown field and passes over its value.</summary>
    /// <param name="name">The field's name.</param>
    public void Unknown(ReadOnlySpan<byte> name)
    {
        _issues.AddUnknown(Encoding.UTF8.GetString(name));
        Skip();
    }

    /// <summary>Passes over the current value.</summary>
    public void Skip() => _reader.Skip();

    /// <summary>Notes a map key that was given twice.</summary>
    /// <param name="key">The key.</param>
    internal readonly void Repeated(string key) => _issues.AddDuplicate(key);

    /// <summary>Goes into a field, for paths in messages.</summary>
    /// <param name="field">The field's name.</param>
    public readonly void Enter(string field) => _issues.Enter(field);

    /// <summary>Comes back out of a field or an element.</summary>
    public readonly void Leave() => _issues.Leave();

    /// <summary>Goes into an element of a list.</summary>
    /// <param name="index">The position, from 0.</param>
    internal readonly void Enter(int index) => _issues.Enter(index);

    /// <summary>Goes into a value of a map.</summary>
    /// <param name="key">The key.</param>
    internal readonly void EnterKey(string key) => _issues.EnterKey(key);

    /// <summary>Advances by one token; used inside lists.</summary>
    internal bool Read() => _reader.Read();

    /// <summary>The current value's raw text, copied by way of a document.</summary>
    internal byte[] CaptureValue()
    {
        using var document = JsonDocument.ParseValue(ref _reader);
        return JsonMarshalBytes(document.RootElement);
    }

    /// <summary>The error for a value of the wrong kind.</summary>
    /// <param name="field">The field, or "" for the current path itself.</param>
    /// <param name="expected">The expected type's name.</param>
    internal readonly ModelDecodeException Mismatch(string field, string expected)
    {
        var path = _issues.PathOfNames(field);
        return path.Length == 0
            ? MismatchOfValue(expected)
            : new($"json: cannot unmarshal {Found(expected)} into Go struct field {_typeName}.{path} of type {expected}");
    }

    /// <summary>The error for a value of the wrong kind of a type that reads itself, and so does not know where it stands.</summary>
    /// <param name="expected">The expected type's name.</param>
    internal readonly ModelDecodeException MismatchOfValue(string expected) =>
        new($"json: cannot unmarshal {Found(expected)} into Go value of type {expected}");

    private readonly string Found(string expected) => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.Number when expected is "int32" or "int64" or "float64" => "number " + Encoding.UTF8.GetString(_reader.ValueSpan),
        JsonTokenType.Number => "number",
        _ => "value",
    };

    /// <summary>The error for a value of the right kind that cannot be read.</summary>
    /// <param name="field">The field.</param>
    /// <param name="problem">What is wrong with it.</param>
    internal readonly ModelDecodeException Malformed(string field, string problem) =>
        new($"{_issues.PathOfNames(field)}: {problem}");

    private static byte[] JsonMarshalBytes(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            element.WriteTo(writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private readonly byte[] Unescape()
    {
        var buffer = new byte[_reader.ValueSpan.Length];
        return buffer[.._reader.CopyString(buffer)];
    }
}
