using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Text.Json;
using LedgerStore.Raft;
using LedgerStore.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LedgerStore.Quorum;

/// <summary>What other members call: who are you, let me in, and the stream of messages. Cluster and member id are checked on every call.</summary>
/// <param name="member">The member.</param>
/// <param name="directory">Where callers say that their API is.</param>
public sealed class PeerFront(QuorumMember member, PeerDirectory directory)
{
    private const int MaxConnections = 64;

    /// <summary>Builds the server.</summary>
    public WebApplication Build(PeerOptions options, PeerCertificates? certificates, TimeProvider time)
    {
        var connections = new ConnectionLimit(MaxConnections, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "ledger-store" });
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        // Nothing here waits on a thread, so each message may be handled where it was read: one change of threads less.
        builder.WebHost.UseKestrelCore().UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(connections.Guard);
                if (certificates is not null)
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(certificates.ForServer()) });
            });
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
            kestrel.Limits.Http2.InitialStreamWindowSize = 4 * 1024 * 1024;
        });
        var app = builder.Build();
        app.Run(connections.Guard(AnswerAsync));
        return app;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await HandleAsync(context);
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException && !context.Response.HasStarted)
        {
            await context.AnswerAsync(LedgerError.BadRequest($"this is nothing that a member says: {wrong.Message}"));
        }
    }

    private Task HandleAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/peer/v1/identity") => context.AnswerAsync(200, member.Describe(), QuorumJson.Default.PeerAnswer),
        ("POST", "/peer/v1/join") => JoinAsync(context),
        ("POST", "/peer/v1/stream") => StreamAsync(context),
        _ => context.AnswerAsync(LedgerError.NoSuchPath(context.Request.Path)),
    };

    private async Task JoinAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType() ||
            await context.Request.ReadFromJsonAsync(QuorumJson.Default.JoinRequest, context.RequestAborted) is not { } request || !MembershipFormat.IsName(request.Name))
            await context.AnswerAsync(LedgerError.BadRequest("the body is no request to join: JSON with clusterId, memberId, name and readsFormatsTo"));
        else
            await context.AnswerAsync(200, await member.AdmitAsync(request), QuorumJson.Default.JoinAnswer);
    }

    private async Task StreamAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        // Who is meant can be judged once the member knows who it is: its port is open before its disk is read.
        if (member.Identity is { } identity && (headers[PeerHeaders.Cluster] != identity.ClusterId || headers[PeerHeaders.To] != identity.MemberId))
        {
            await context.AnswerAsync(LedgerError.WrongMember);
            return;
        }
        if (member.Ledger is not { } ledger)
        {
            await context.AnswerAsync(member.Waits is { } wait ? LedgerError.NoCluster(wait.Reason) : LedgerError.Recovering);
            return;
        }
        var from = headers[PeerHeaders.From].ToString();
        if (int.TryParse(headers[PeerHeaders.Reads], CultureInfo.InvariantCulture, out var reads))
            member.NoteReads(from, reads, context);
        directory.NoteApi(headers[PeerHeaders.Name].ToString(), headers[PeerHeaders.Api].ToString());
        try
        {
            await ReceiveAsync(context, ledger);
        }
        finally
        {
            member.ForgetReads(from, context);
        }
    }

    private static async Task ReceiveAsync(HttpContext context, QuorumLedger ledger)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            var rest = read.Buffer;
            while (TryTake(ref rest, out var frame))
                ledger.Receive(MessageFormat.Decode(frame));
            var isCut = read.IsCompleted && !rest.IsEmpty;
            body.AdvanceTo(rest.Start, rest.End);
            if (isCut)
                throw new FormatException("the stream ends within a frame");
            if (read.IsCompleted)
                return;
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, out byte[] frame)
    {
        frame = [];
        if (rest.Length < 4)
            return false;
        Span<byte> head = stackalloc byte[4];
        rest.Slice(0, 4).CopyTo(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > MessageFormat.MaxLength)
            throw new FormatException("a frame of another member has a length that cannot be");
        if (rest.Length < 4 + length)
            return false;
        frame = rest.Slice(4, length).ToArray();
        rest = rest.Slice(4 + length);
        return true;
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
