namespace Holdfast.ApiServer.OpenApi;

/// <summary>The two forms in which Kubernetes describes its API.</summary>
internal enum OpenApiForm
{
    /// <summary>Swagger 2.0: everything in one document.</summary>
    V2,

    /// <summary>OpenAPI 3.0: a document for each group and version.</summary>
    V3,
}
