using System.Text.Json;
using Holdfast.ApiServer.Http;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>
/// OpenAPI documents as protocol buffers, which client libraries and older kubectl read: the JSON document, written by the
/// messages of gnostic. What has no field there but begins with <c>x-</c> becomes an extension.
/// </summary>
internal static class ProtobufDocument
{
    /// <summary>The Swagger 2.0 of everything.</summary>
    /// <param name="json">The document as JSON.</param>
    internal static OpenApiDocument OfSwagger(OpenApiDocument json) => Of(json, SwaggerMessages.Document, "v2");

    /// <summary>The OpenAPI 3.0 of a group and version.</summary>
    /// <param name="json">The document as JSON.</param>
    internal static OpenApiDocument OfGroup(OpenApiDocument json) => Of(json, OpenApiMessages.Document, "v3");

    // The tag is the JSON document's, since the addresses in the index have that in them.
    private static OpenApiDocument Of(OpenApiDocument json, MessageForm form, string version)
    {
        using var document = JsonDocument.Parse(json.Body, JsonInput.DocumentOptions);
        return new OpenApiDocument(form.Write(document.RootElement), DocumentNegotiation.ProtobufType(version), json.ETag);
    }
}
