using System.Buffers;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.Http;

/// <summary>Writes what was made as JSON as the client takes it.</summary>
internal static class AnswerBody
{
    // What is answered holds objects that nest as deep as they may, some of them inside of others.
    private const int MaximumDepth = 4 * JsonInput.MaximumDepth;

    /// <summary>The media type of an answer.</summary>
    public static string TypeOf(AnswerMedia media) => media switch
    {
        AnswerMedia.Yaml => "application/yaml",
        AnswerMedia.Protobuf => "application/vnd.kubernetes.protobuf",
        _ => "application/json",
    };

    /// <summary>The same in another form.</summary>
    /// <param name="json">An object, a list or a Status as JSON.</param>
    /// <param name="media">The form.</param>
    /// <exception cref="Client.ApiException">406: the kind has no such form.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json, AnswerMedia media) => media switch
    {
        AnswerMedia.Yaml => JsonYaml.Convert(json),
        AnswerMedia.Protobuf => ProtobufAnswer.Of(json) ?? throw ApiErrors.NotAcceptable("application/json, application/yaml"),
        _ => json,
    };

    /// <summary>The same, laid out for people.</summary>
    /// <param name="json">An object, a list or a Status as JSON.</param>
    public static ReadOnlyMemory<byte> Indented(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth });
        var buffer = new ArrayBufferWriter<byte>(json.Length * 2);
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions with { Indented = true, MaxDepth = MaximumDepth }))
            document.WriteTo(writer);
        return buffer.WrittenMemory;
    }
}
