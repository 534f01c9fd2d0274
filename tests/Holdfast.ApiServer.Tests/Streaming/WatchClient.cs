using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Holdfast.ApiServer.Tests.Streaming;

/// <summary>Watches ConfigMaps over WebSockets.</summary>
internal static class WatchClient
{
    public const string Maps = "/api/v1/namespaces/default/configmaps";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<ClientWebSocket> OpenAsync(RunningServer server, string query) => OpenAsync(server, query, static _ => { });

    public static async Task<ClientWebSocket> OpenAsync(RunningServer server, string query, Action<ClientWebSocketOptions>? set, params string[] protocols)
    {
        var socket = new ClientWebSocket();
        try
        {
            if (set is not null)
                socket.Options.SetRequestHeader("Authorization", "Bearer " + server.Host.AdminCredentials().Token);
            set?.Invoke(socket.Options);
            foreach (var protocol in protocols)
                socket.Options.AddSubProtocol(protocol);
            using var anonymous = RunningServer.ClientOf(server.Host);
            var address = new UriBuilder(new Uri(server.Host.Address, Maps + query)) { Scheme = "wss" }.Uri;
            await socket.ConnectAsync(address, anonymous, Token);
            return socket;
        }
        catch (WebSocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    public static async Task<JsonNode> EventAsync(ClientWebSocket socket)
    {
        var message = new MemoryStream();
        var buffer = new byte[8192];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), Token);
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }

    public static async Task<WebSocketCloseStatus?> EndAsync(ClientWebSocket socket)
    {
        var part = await socket.ReceiveAsync(new byte[1024].AsMemory(), Token);
        Assert.Equal(WebSocketMessageType.Close, part.MessageType);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Token);
        return socket.CloseStatus;
    }
}
