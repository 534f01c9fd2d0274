using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Model.Values;

/// <summary>Any JSON value, kept as its UTF-8 text. Two are equal when they hold the same value, whatever the order of members.</summary>
public sealed class JsonValue : IEquatable<JsonValue>
{
    private readonly byte[] _utf8;

    private JsonValue(byte[] utf8) => _utf8 = utf8;

    /// <summary>The UTF-8 text.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>Takes bytes that are known to be one valid JSON value.</summary>
    /// <param name="utf8">The text; it must not change afterwards.</param>
    public static JsonValue FromUtf8(byte[] utf8) => new(utf8);

    /// <summary>Parses JSON text.</summary>
    /// <param name="text">One JSON value.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonValue Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var document = JsonDocument.Parse(bytes, JsonInput.DocumentOptions);
        return new(bytes);
    }

    /// <summary>Writes a model object as JSON and keeps the result.</summary>
    /// <param name="write">Writes exactly one value.</param>
    public static JsonValue Build(Action<Utf8JsonWriter> write) => new(Json.ModelJson.ToBytes(write));

    /// <summary>The value as a document, to be disposed by the caller.</summary>
    public JsonDocument ToDocument() => JsonDocument.Parse(_utf8, JsonInput.DocumentOptions);

    /// <inheritdoc/>
    public bool Equals(JsonValue? other)
    {
        if (other is null)
        {
            return false;
        }
        if (ReferenceEquals(this, other) || _utf8.AsSpan().SequenceEqual(other._utf8))
        {
            return true;
        }
        using var mine = ToDocument();
        using var theirs = other.ToDocument();
        return JsonElement.DeepEquals(mine.RootElement, theirs.RootElement);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JsonValue);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        using var document = ToDocument();
        return (int)document.RootElement.ValueKind;
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_utf8);
}
