using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Testing;
using static Holdfast.ApiServer.Tests.Streaming.WatchClient;

namespace Holdfast.ApiServer.Tests.Streaming;

/// <summary>Watches over WebSockets, as browsers have them.</summary>
public sealed class WatchSocketTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_is_a_message_and_the_time_ends_with_a_goodbye()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.ConfigMap("a", ("k", new string('x', 100_000))), Token);
        using var socket = await OpenAsync(server, "?watch=1&timeoutSeconds=2");
        Assert.Null(socket.SubProtocol);
        Assert.Equal(("ADDED", "a"), Named(await EventAsync(socket)));
        await server.Client.CreateAsync(Objects.ConfigMap("b"), Token);
        Assert.Equal(("ADDED", "b"), Named(await EventAsync(socket)));
        await server.SendAsync("DELETE", Maps + "/a");
        Assert.Equal(("DELETED", "a"), Named(await EventAsync(socket)));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, await EndAsync(socket));
        await Eventually.HoldsAsync("no watch is open", () => server.Host.Load == (0, 0), Soon, Token);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_browser_names_its_token_among_the_protocols_and_is_told_the_other_one()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.ConfigMap("a"), Token);
        var token = "base64url.bearer.authorization.k8s.io." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(server.Host.AdminCredentials().Token));
        using var socket = await OpenAsync(server, "?watch=1", null, token, "base64.binary.k8s.io");
        Assert.Equal("base64.binary.k8s.io", socket.SubProtocol);
        Assert.Equal(("ADDED", "a"), Named(await EventAsync(socket)));
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(server, "?watch=1", null, token));
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(server, "?watch=1", null, token, token + "A", "v1"));
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(server, "?watch=1", null, "v1"));
    }

    [Fact]
    public async Task Tables_and_bookmarks_are_messages_too_and_what_cannot_be_watched_is_refused_before()
    {
        await using var server = await RunningServer.StartAsync(Token);
        await server.Client.CreateAsync(Objects.ConfigMap("a"), Token);
        using var table = await OpenAsync(server, "?watch=1", options => options.SetRequestHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"));
        Assert.Equal("Table", (string?)(await EventAsync(table))["object"]!["kind"]);
        using var listed = await OpenAsync(server, "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal(("ADDED", "a"), Named(await EventAsync(listed)));
        Assert.Equal("BOOKMARK", (string?)(await EventAsync(listed))["type"]);
        using var binary = await OpenAsync(server, "?watch=1", options => options.SetRequestHeader("Accept", "application/vnd.kubernetes.protobuf;stream=watch"));
        var message = new byte[16384];
        var part = await binary.ReceiveAsync(message.AsMemory(), Token);
        Assert.Equal((WebSocketMessageType.Binary, true), (part.MessageType, part.EndOfMessage));
        Assert.Equal("\n\u0005ADDED"u8, message.AsSpan(0, 7));
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(server, "?watch=1&fieldSelector=nonsense"));
        var (code, body) = await server.SendAsync("GET", Maps + "?watch=1", null, "", ("Connection", "Upgrade"), ("Upgrade", "websocket"));
        Assert.True(code == 400, body.ToJsonString());
    }

    [Fact]
    public async Task It_counts_as_a_watch_ends_when_the_client_leaves_and_with_the_server()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { WatchesPerUser = 2 } });
        using var first = await OpenAsync(server, "?watch=1");
        using var second = await OpenAsync(server, "?watch=1");
        Assert.Equal(2, server.Host.Load.Watches);
        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(server, "?watch=1"));
        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Token);
        await Eventually.HoldsAsync("one watch is open", () => server.Host.Load.Watches == 1, Soon, Token);
        using var third = await OpenAsync(server, "?watch=1");
        third.Abort();
        await Eventually.HoldsAsync("one watch is open", () => server.Host.Load.Watches == 1, Soon, Token);
        var ended = EndAsync(second);
        await server.Host.DisposeAsync();
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await ended);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_cut()
    {
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Bounds = new RequestBounds { WatchStall = TimeSpan.FromMilliseconds(300) } });
        using var silent = await OpenAsync(server, "?watch=1");
        Assert.Equal(1, server.Host.Load.Watches);
        var text = new string('x', 900_000);
        for (var number = 0; number < 30; number++)
            await server.Client.CreateAsync(Objects.ConfigMap($"m{number}", ("k", text)), Token);
        await Eventually.HoldsAsync("the silent watcher is cut", () => server.Host.Load.Watches == 0, Soon, Token);
        Assert.Empty(server.Faults);
    }

    private static (string, string) Named(JsonNode found) => ((string)found["type"]!, (string)found["object"]!["metadata"]!["name"]!);
}
