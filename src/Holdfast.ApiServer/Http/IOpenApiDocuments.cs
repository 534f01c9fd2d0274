namespace Holdfast.ApiServer.Http;

/// <summary>The OpenAPI documents of what is served now.</summary>
public interface IOpenApiDocuments
{
    /// <summary>Finds a document.</summary>
    /// <param name="path">The request's path: <c>/openapi/v2</c>, <c>/openapi/v3</c> or <c>/openapi/v3/apis/apps/v1</c>.</param>
    /// <param name="accept">The request's Accept header; empty for any form.</param>
    /// <returns>The document in a form that is accepted, or null when there is none under this path or none of its forms is accepted.</returns>
    OpenApiDocument? Find(string path, string accept);

    /// <summary>Whether there is a document, in whatever form.</summary>
    /// <param name="path">The request's path.</param>
    bool Has(string path);
}

/// <summary>One document in one form.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="ETag">A quoted tag that changes with its content.</param>
public sealed record OpenApiDocument(ReadOnlyMemory<byte> Body, string ContentType, string ETag);
