using Holdfast.ApiServer.Errors;

namespace Holdfast.ApiServer.Http;

/// <summary>Writes what was made as JSON as the client takes it.</summary>
internal static class AnswerBody
{
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
}
