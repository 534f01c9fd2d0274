using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>Changes a connection over from HTTP to streams.</summary>
internal static class StreamUpgrade
{
    private const string Spdy = "SPDY/3.1";
    private const string ProtocolHeader = "X-Stream-Protocol-Version";

    /// <summary>Whether a request asks for a WebSocket.</summary>
    /// <exception cref="Client.ApiException">It asks for one, but not as WebSockets are asked for.</exception>
    public static bool IsWebSocket(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
            return true;
        return AsksForWebSocket(http)
            ? throw ApiErrors.BadRequest("unable to upgrade: a WebSocket is asked for with Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key of 16 octets in base64")
            : false;
    }

    /// <summary>Whether a request wants to become a WebSocket, however well it says so.</summary>
    public static bool AsksForWebSocket(HttpContext http) => http.WebSockets.IsWebSocketRequest
        || (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase));

    /// <summary>The client's first choice among what is spoken here.</summary>
    /// <exception cref="Client.ApiException">Nothing that it offers is spoken here.</exception>
    public static string Choose(IEnumerable<string> offered, string[] spoken)
    {
        var all = offered.SelectMany(each => each.Split(',')).Select(each => each.Trim()).Where(each => each.Length > 0).ToList();
        return spoken.FirstOrDefault(all.Contains) ?? throw ApiErrors.BadRequest(
            $"unable to upgrade: none of the protocols [{string.Join(", ", all)}] is spoken here: use {string.Join(" or ", spoken)}");
    }

    /// <summary>Changes over to SPDY/3.1.</summary>
    /// <param name="http">The request.</param>
    /// <param name="spoken">The protocols above SPDY that are spoken here, the best first.</param>
    /// <exception cref="Client.ApiException">The client asks for no upgrade, or for another.</exception>
    public static async Task<(Stream Transport, string Protocol)> ToSpdyAsync(HttpContext http, string[] spoken)
    {
        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || !http.Request.Headers.Upgrade.ToString().Equals(Spdy, StringComparison.OrdinalIgnoreCase))
            throw ApiErrors.BadRequest($"Upgrade request required: ask for a WebSocket, or for {Spdy} (Connection: Upgrade, Upgrade: {Spdy})");
        var protocol = Choose(http.Request.Headers[ProtocolHeader].OfType<string>(), spoken);
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = Spdy;
        http.Response.Headers[ProtocolHeader] = protocol;
        return (await upgrade.UpgradeAsync(), protocol);
    }
}
