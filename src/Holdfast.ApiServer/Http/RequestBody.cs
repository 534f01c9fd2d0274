using System.Buffers;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.ApiServer.Http;

/// <summary>Reads bodies, within the bound, as JSON whatever they were sent as.</summary>
internal static class RequestBody
{
    /// <summary>How many bytes a body may have.</summary>
    public const int MaximumBytes = 3 * 1024 * 1024;

    private const string Supported = "application/json, application/yaml";

    /// <summary>Reads an object's body.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaType(request);
        return type switch
        {
            "" or "application/json" => await ReadAsync(request, cancellationToken),
            "application/yaml" or "application/x-yaml" or "text/yaml" => YamlJson.Convert(await ReadAsync(request, cancellationToken)),
            _ => throw ApiErrors.UnsupportedMediaType(Supported),
        };
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
        return (form, form == PatchForm.Apply && !IsJson(patch.Span) ? YamlJson.Convert(patch) : patch);
    }

    // JSON is YAML, but quicker to read and its repeated members are still to be told.
    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonInput.MaximumDepth });
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
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
