using System.Buffers.Text;
using System.Text;
using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Tokens among the protocols of a WebSocket, in base64: browsers cannot set other headers on one.</summary>
internal static class SocketTokens
{
    private const string Prefix = "base64url.bearer.authorization.k8s.io.";
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Whether a protocol is a token and none.</summary>
    public static bool IsToken(string protocol) => protocol.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Takes the token out of a request's protocols, so that it is neither told back nor handed on; null when there is none.</summary>
    /// <exception cref="Client.ApiException">There are several, it cannot be read, or there is no protocol beside it to tell back.</exception>
    public static string? Take(HttpContext http)
    {
        if (!StreamUpgrade.AsksForWebSocket(http))
            return null;
        var all = http.Request.Headers.SecWebSocketProtocol.SelectMany(line => (line ?? "").Split(',')).Select(each => each.Trim()).ToList();
        var tokens = all.FindAll(IsToken);
        if (tokens.Count == 0)
            return null;
        _ = all.RemoveAll(IsToken);
        if (tokens.Count > 1 || all.Count == 0)
            throw ApiErrors.Unauthorized();
        http.Request.Headers.SecWebSocketProtocol = string.Join(", ", all);
        return Decoded(tokens[0].AsSpan(Prefix.Length));
    }

    private static string Decoded(ReadOnlySpan<char> encoded)
    {
        try
        {
            return Base64Url.IsValid(encoded) ? Strict.GetString(Base64Url.DecodeFromChars(encoded)) : throw ApiErrors.Unauthorized();
        }
        catch (DecoderFallbackException)
        {
            throw ApiErrors.Unauthorized();
        }
    }
}
