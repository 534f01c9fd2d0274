using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Holdfast.Model.Json;

/// <summary>Reads and writes whole model values.</summary>
public static class ModelJson
{
    /// <summary>How model values are written: compact, with only what JSON demands escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes one value to bytes.</summary>
    /// <param name="write">Writes exactly one value.</param>
    public static byte[] ToBytes(Action<Utf8JsonWriter> write)
    {
        using var buffer = new LentBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            write(writer);
        }
        return buffer.Written.ToArray();
    }

    /// <summary>Writes a record to bytes.</summary>
    /// <typeparam name="T">The record's type.</typeparam>
    /// <param name="value">The record.</param>
    public static byte[] ToBytes<T>(T value) where T : IModelType<T> => ToBytes(value.Write);

    /// <summary>Writes a record to text.</summary>
    /// <typeparam name="T">The record's type.</typeparam>
    /// <param name="value">The record.</param>
    public static string ToText<T>(T value) where T : IModelType<T> => Encoding.UTF8.GetString(ToBytes(value));

    /// <summary>Reads a record; unknown and repeated fields are passed over.</summary>
    /// <typeparam name="T">The record's type.</typeparam>
    /// <param name="utf8">The JSON text.</param>
    /// <exception cref="ModelDecodeException">The text does not have the record's shape.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8) where T : IModelType<T> => Read<T>(utf8, new DecodeIssues());

    /// <summary>Reads a record and collects its unknown and repeated fields.</summary>
    /// <typeparam name="T">The record's type.</typeparam>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="issues">Where they are collected.</param>
    /// <exception cref="ModelDecodeException">The text does not have the record's shape.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, DecodeIssues issues) where T : IModelType<T>
    {
        var input = new JsonInput(utf8, issues, JsonInput.ObjectDepth);
        var value = T.Read(ref input);
        return input.Read() ? throw new ModelDecodeException("there is text after the end of the JSON value") : value;
    }

    /// <summary>Reads a record from text; unknown and repeated fields are passed over.</summary>
    /// <typeparam name="T">The record's type.</typeparam>
    /// <param name="text">The JSON text.</param>
    public static T Read<T>(string text) where T : IModelType<T> => Read<T>(Encoding.UTF8.GetBytes(text));
}
