using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers with a document that clients keep: with a tag of its content, nothing when they have it already, and compressed when it is large.</summary>
internal static class TaggedDocument
{
    private const int WorthCompressing = 128 * 1024;

    /// <summary>A document with a tag made from its bytes.</summary>
    public static OpenApiDocument Of(byte[] body, string contentType) =>
        new(body, contentType, $"\"{Convert.ToHexString(SHA512.HashData(body).AsSpan(0, 32))}\"");

    /// <summary>Answers with it.</summary>
    public static async Task WriteAsync(ApiRequest request, OpenApiDocument document)
    {
        var (asked, response) = (request.Http.Request, request.Http.Response);
        response.Headers.ETag = document.ETag;
        response.Headers.Vary = "Accept";
        if (asked.Headers.IfNoneMatch.ToString().Split(',').Any(tag => tag.Trim() == document.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = document.ContentType;
        if (document.Body.Length < WorthCompressing || !asked.Headers.AcceptEncoding.ToString().Split(',').Any(each => each.Split(';')[0].Trim() == "gzip"))
        {
            response.ContentLength = document.Body.Length;
            await response.Body.WriteAsync(document.Body, request.ClientGone);
            return;
        }
        response.Headers.ContentEncoding = "gzip";
        await using var compressed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await compressed.WriteAsync(document.Body, request.ClientGone);
    }
}
