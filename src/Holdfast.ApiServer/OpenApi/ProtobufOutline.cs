using System.Security.Cryptography;
using System.Text;
using Holdfast.ApiServer.Http;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>
/// Swagger 2.0 as protobuf, of which only the outline is made: kubectl asks for it when OpenAPI 3.0 does not name a kind, and an outline
/// that does not name it either is what makes kubectl say so. Field numbers follow <c>openapi.v2.Document</c> of gnostic.
/// </summary>
internal static class ProtobufOutline
{
    /// <summary>How it is asked for.</summary>
    internal const string AcceptedType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    // What is asked for is no valid media type, and Go refuses to read it in an answer.
    private const string MediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private const int Swagger = 1;
    private const int Info = 2;
    private const int InfoTitle = 1;
    private const int InfoVersion = 2;
    private const int Paths = 8;

    internal static OpenApiDocument Make(string title, string version)
    {
        byte[] body =
        [
            .. Field(Swagger, "2.0"u8),
            .. Field(Info, [.. Field(InfoTitle, Encoding.UTF8.GetBytes(title)), .. Field(InfoVersion, Encoding.UTF8.GetBytes(version))]),
            .. Field(Paths, []),
        ];
        return new OpenApiDocument(body, MediaType, $"\"{Convert.ToHexString(SHA512.HashData(body).AsSpan(0, 32))}\"");
    }

    // A length-delimited field that is shorter than 128 bytes, so that its length is one byte.
    private static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
