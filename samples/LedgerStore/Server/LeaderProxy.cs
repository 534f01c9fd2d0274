using System.Collections.Concurrent;
using System.Net;
using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>Brings a request that only the leader can serve to the leader: passes it on, or tells the client where to go.</summary>
/// <param name="options">Which of the two.</param>
/// <param name="directory">Where the leader is.</param>
/// <param name="patience">How long requests wait.</param>
public sealed class LeaderProxy(PeerOptions options, PeerDirectory directory, ForwardingPatience patience) : IDisposable
{
    /// <summary>The most requests that are with one leader at once; others wait for their turn.</summary>
    public const int MaxForwarded = 256;

    private const string Marker = "Ledger-Forwarded";
    private static readonly string[] Passed = ["Ledger-Client", "Ledger-Sequence", "Content-Type"];

    // Each takes one of the leader's connections; more than these would not make its batches any faster. By leader: what is stuck with the one before must not keep
    // others from the next.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        ConnectTimeout = patience.Connection,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = MaxForwarded,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
    })
    { Timeout = patience.Answer };

    /// <summary>Answers with what the leader answers, or with where it is; null when that was done, else why it could not be.</summary>
    /// <param name="context">The request.</param>
    /// <param name="leader">The leader's name; null when none is known.</param>
    /// <param name="body">The request's body, which has been read.</param>
    public async Task<LedgerError?> BringAsync(HttpContext context, string? leader, ReadOnlyMemory<byte> body)
    {
        // A request goes on once: members that disagree about the leader must not send it round.
        if (leader is null || context.Request.Headers.ContainsKey(Marker))
            return LedgerError.NotLeader(leader);
        if (await directory.FindApiAsync(leader, context.RequestAborted) is not { } api)
            return LedgerError.NotLeader(leader);
        var target = new Uri(api, context.Request.Path + context.Request.QueryString);
        var isRedirect = context.Request.Query["follower"].ToString() is { Length: > 0 } choice ? choice == "redirect" : !options.Forwards;
        if (!isRedirect)
            return await TakeTurnAsync(context, leader, target, body);
        context.Response.Headers.Location = target.ToString();
        await context.AnswerAsync(LedgerError.NotLeader(leader) with { Status = StatusCodes.Status307TemporaryRedirect });
        return null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        http.Dispose();
        foreach (var turn in turns.Values)
            turn.Dispose();
    }

    private async Task<LedgerError?> TakeTurnAsync(HttpContext context, string leader, Uri target, ReadOnlyMemory<byte> body)
    {
        var turn = turns.GetOrAdd(leader, static _ => new SemaphoreSlim(MaxForwarded));
        if (!await turn.WaitAsync(patience.Turn, context.RequestAborted))
            return LedgerError.Overloaded;
        try
        {
            return await ForwardAsync(context, leader, target, body);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<LedgerError?> ForwardAsync(HttpContext context, string leader, Uri target, ReadOnlyMemory<byte> body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ReadOnlyMemoryContent(body) };
        request.Headers.Add(Marker, "1");
        foreach (var name in Passed)
        {
            if (context.Request.Headers.TryGetValue(name, out var value) && !request.Headers.TryAddWithoutValidation(name, value.ToString()))
                request.Content.Headers.TryAddWithoutValidation(name, value.ToString());
        }
        try
        {
            using var answer = await http.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            context.Response.Headers["Ledger-Leader"] = leader;
            if (answer.Headers.Location is { } location)
                context.Response.Headers.Location = location.ToString();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                context.Response.Headers.RetryAfter = "1";
            var bytes = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            return LedgerError.LeaderSilent(leader);
        }
    }
}
