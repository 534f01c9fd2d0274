using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Holdfast.Testing;
using LedgerStore.Quorum;
using LedgerStore.Server;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Tests.Server;

/// <summary>What a follower takes of its leader to pass appends on.</summary>
public sealed class LeaderProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpListener leader = new(IPAddress.Parse(LedgerProcess.NewAddress()), 0);
    private readonly ConcurrentQueue<TcpClient> connections = [];
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task serving;

    public LeaderProxyTests()
    {
        leader.Start();
        serving = ServeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        released.TrySetResult();
        leader.Stop();
        await serving;
        foreach (var connection in connections)
            connection.Dispose();
    }

    [Fact]
    public async Task Many_appends_at_once_take_a_bounded_number_of_the_leaders_connections_and_all_are_passed_on()
    {
        using var proxy = Proxy(Patience);
        var contexts = Enumerable.Range(0, LeaderProxy.MaxForwarded + 100).Select(static _ => Append()).ToList();
        var passed = contexts.Select(context => proxy.BringAsync(context, "leader", new byte[] { 1 })).ToList();
        await Eventually.HoldsAsync("as many are with the leader as may be", () => connections.Count >= LeaderProxy.MaxForwarded, Patience, Stop);
        Assert.DoesNotContain(passed, static one => one.IsCompleted);
        released.SetResult();
        Assert.All(await Task.WhenAll(passed), Assert.Null);
        Assert.All(contexts, static context => Assert.Equal(StatusCodes.Status201Created, context.Response.StatusCode));
        Assert.Equal(LeaderProxy.MaxForwarded, connections.Count);
    }

    [Fact]
    public async Task An_append_whose_turn_does_not_come_is_refused_as_one_that_took_no_effect_and_another_leader_is_asked_at_once()
    {
        using var proxy = Proxy(TimeSpan.FromMilliseconds(100));
        var passed = Enumerable.Range(0, LeaderProxy.MaxForwarded).Select(_ => proxy.BringAsync(Append(), "leader", new byte[] { 1 })).ToList();
        Assert.Equal("Overloaded", (await proxy.BringAsync(Append(), "leader", new byte[] { 1 }))?.Code);
        // Nobody listens there: it was asked.
        Assert.Equal("LeaderSilent", (await proxy.BringAsync(Append(), "next", new byte[] { 1 }))?.Code);
        released.SetResult();
        Assert.All(await Task.WhenAll(passed), Assert.Null);
    }

    private LeaderProxy Proxy(TimeSpan turn)
    {
        var options = new PeerOptions { Service = "s", Listen = new IPEndPoint(IPAddress.Loopback, 8081), ApiPort = 8080 };
        var directory = new PeerDirectory(options);
        directory.NoteApi("leader", leader.LocalEndpoint.ToString()!);
        directory.NoteApi("next", $"{LedgerProcess.NewAddress()}:1");
        return new LeaderProxy(options, directory, new ForwardingPatience { Turn = turn, Connection = Patience, Answer = 2 * Patience });
    }

    private static DefaultHttpContext Append()
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path) = ("POST", "/v1/entries");
        return context;
    }

    // A leader that answers nothing until it is let go.
    private async Task ServeAsync()
    {
        var answering = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await leader.AcceptTcpClientAsync(Stop);
                connections.Enqueue(connection);
                answering.Add(AnswerAsync(connection.GetStream()));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            released.TrySetResult();
        }
        await Task.WhenAll(answering);
    }

    // Each request is one byte behind its head.
    private async Task AnswerAsync(NetworkStream stream)
    {
        var (buffer, held) = (new byte[16 * 1024], 0);
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(held), Stop) is var read and > 0)
            {
                held += read;
                if (buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8) is var end && (end < 0 || held <= end + 4))
                    continue;
                held = 0;
                await released.Task;
                await stream.WriteAsync("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(), Stop);
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException or OperationCanceledException)
        {
            await stream.DisposeAsync();
        }
    }
}
