using System.Buffers;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.Client;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.ApiServer.Http;

/// <summary>Reads bodies, within the bound, as JSON whatever they were sent as.</summary>
internal static class RequestBody
{
    /// <summary>How many bytes a body may have.</summary>
    public const int MaximumBytes = 3 * 1024 * 1024;

    /// <summary>How many values a body may have, each of a list or a map counted.</summary>
    public const int MaximumValues = 300_000;

    // Field names make JSON larger than protocol buffers, and small values the most.
    private const int MaximumConvertedBytes = 4 * MaximumBytes;

    private const string ProtobufType = "application/vnd.kubernetes.protobuf";
    private const string Supported = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>Reads the body of an object of a kind.</summary>
    public static Task<ReadOnlyMemory<byte>> ReadObjectAsync(HttpRequest request, ResourceCodec codec, CancellationToken cancellationToken) =>
        codec is CustomResourceCodec && MediaType(request) == ProtobufType
            ? throw ApiErrors.UnsupportedMediaType("application/json, application/yaml")
            : ReadObjectAsync(request, codec.Type.Kind, codec.Schema, cancellationToken);

    /// <summary>Reads an object's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">The kind that is expected.</param>
    /// <param name="schema">Its fields, which protocol buffers do not tell.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ReadOnlyMemory<byte>> ReadObjectAsync(
        HttpRequest request, string kind, TypeSchema schema, CancellationToken cancellationToken)
    {
        var type = MediaType(request);
        var json = type switch
        {
            "" or "application/json" => Bounded(JsonText.Mended(await ReadAsync(request, cancellationToken))),
            "application/yaml" or "application/x-yaml" or "text/yaml" => YamlJson.Convert(await ReadAsync(request, cancellationToken)),
            ProtobufType => ConvertProtobuf(await ReadAsync(request, cancellationToken), kind, schema),
            _ => throw ApiErrors.UnsupportedMediaType(Supported),
        };
        request.HttpContext.Features.Get<AuditRecord>()?.Sent(json);
        return json;
    }

    /// <summary>Reads a patch's body, and its form from its media type.</summary>
    public static async Task<(PatchForm Form, ReadOnlyMemory<byte> Patch)> ReadPatchAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = MediaType(request) switch
        {
            "application/json-patch+json" => PatchForm.Json,
            "application/merge-patch+json" => PatchForm.Merge,
            "application/strategic-merge-patch+json" => PatchForm.Strategic,
            "application/apply-patch+yaml" => PatchForm.Apply,
            _ => throw ApiErrors.UnsupportedPatch(),
        };
        var patch = await ReadAsync(request, cancellationToken);
        patch = form == PatchForm.Apply && !IsJson(patch.Span) ? YamlJson.Convert(patch) : Bounded(JsonText.Mended(patch));
        request.HttpContext.Features.Get<AuditRecord>()?.Sent(patch);
        return (form, patch);
    }

    // A small text of many values becomes a large tree.
    private static ReadOnlyMemory<byte> Bounded(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        // Each value but the first follows one of these, so that a text with few of them need not be read for it.
        if (text.Length <= MaximumValues || text.Count((byte)',') + text.Count((byte)'[') + text.Count((byte)'{') < MaximumValues)
            return json;
        var reader = new Utf8JsonReader(text, JsonInput.ReaderOptions);
        var count = 0;
        try
        {
            while (reader.Read())
                count += reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject or JsonTokenType.PropertyName ? 0 : 1;
        }
        catch (JsonException)
        {
            // Whoever decodes it says in better words what is wrong with it.
            return json;
        }
        return count <= MaximumValues ? json : throw ApiErrors.BadRequest($"the body has more than {MaximumValues} values");
    }

    // JSON is YAML, but quicker to read and its repeated members are still to be told.
    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, JsonInput.ReaderOptions);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> ConvertProtobuf(ReadOnlyMemory<byte> body, string kind, TypeSchema schema)
    {
        if (body.IsEmpty)
            return body;
        try
        {
            return ProtobufJson.Convert(body, kind, schema, MaximumConvertedBytes);
        }
        catch (ProtobufException problem)
        {
            throw ApiErrors.BadRequest(
                $"the object provided is unrecognized (must be of type {kind}): the body is not valid application/vnd.kubernetes.protobuf: {problem.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaximumBytes)
            throw ApiErrors.TooLarge(MaximumBytes);
        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length > MaximumBytes)
                throw ApiErrors.TooLarge(MaximumBytes);
            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static string MediaType(HttpRequest request)
    {
        var text = request.ContentType;
        if (string.IsNullOrEmpty(text))
            return "";
        return MediaTypeHeaderValue.TryParse(text, out var type)
            ? type.MediaType.Value!.ToLowerInvariant()
            : throw ApiErrors.UnsupportedMediaType(Supported);
    }
}
