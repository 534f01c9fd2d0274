using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using LedgerStore.Raft;

namespace LedgerStore.Quorum;

/// <summary>One long request to each other member, over which messages go as frames: length (4), message. What does not fit in its bounded queue
/// is dropped, as a network would; Raft sends it again.</summary>
public sealed class PeerLinks : IAsyncDisposable
{
    private const int MaxQueued = 512;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<MemberId, Channel<RaftMessage>> queues = new();
    private readonly ConcurrentBag<Task> running = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly PeerClient client;
    private readonly MemberIdentity identity;
    private readonly LedgerRelease release;
    private readonly IPEndPoint api;
    private readonly LedgerJournal journal;
    private readonly TimeProvider time;
    private readonly Func<MemberId, string?> nameOf;

    /// <summary>Links of a member.</summary>
    /// <param name="client">Carries them.</param>
    /// <param name="identity">Who speaks.</param>
    /// <param name="release">What it runs as.</param>
    /// <param name="api">Where its API is.</param>
    /// <param name="nameOf">The name of a member.</param>
    /// <param name="journal">Where a refusal is noted.</param>
    /// <param name="time">The clock.</param>
    public PeerLinks(PeerClient client, MemberIdentity identity, LedgerRelease release, IPEndPoint api, Func<MemberId, string?> nameOf, LedgerJournal journal, TimeProvider time) =>
        (this.client, this.identity, this.release, this.api, this.nameOf, this.journal, this.time) = (client, identity, release, api, nameOf, journal, time);

    /// <summary>Sends a message, perhaps. Never waits.</summary>
    public void Send(RaftMessage message)
    {
        if (!stopping.IsCancellationRequested)
            queues.GetOrAdd(message.To, Begin).Writer.TryWrite(message);
    }

    /// <summary>What is said of a member's answer to a stream of messages; null when it takes them, or does not yet know who it is.</summary>
    public static string? Refusal(HttpStatusCode? status, string? name, MemberId to, string clusterId) => status switch
    {
        null or HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable => null,
        HttpStatusCode.MisdirectedRequest => $"peers: {name} refuses messages with status 421: it is not {to} of cluster {clusterId}",
        _ => $"peers: {name} refuses messages with status {(int)status}: its own log says more",
    };

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running);
        stopping.Dispose();
    }

    private Channel<RaftMessage> Begin(MemberId to)
    {
        var queue = Channel.CreateBounded<RaftMessage>(new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        running.Add(RunAsync(to, queue));
        return queue;
    }

    private async Task RunAsync(MemberId to, Channel<RaftMessage> queue)
    {
        // Whoever sends first must not be kept by the first connection.
        await Task.Yield();
        var lastRefusal = default(HttpStatusCode?);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await queue.Reader.WaitToReadAsync(stopping.Token);
                var name = nameOf(to);
                var status = name is null ? null : await client.StreamAsync(name, new Frames(queue.Reader, stopping.Token), request => Dress(request, to), stopping.Token);
                if (status != lastRefusal && Refusal(status, name, to, identity.ClusterId) is { } refusal)
                    journal.Write(refusal);
                lastRefusal = status;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
            {
                // It cannot be reached: its address is looked up again for the next try.
            }
            await PauseAsync(queue.Reader);
        }
    }

    // What was queued for a member that cannot be reached is stale by the time that it can.
    private async Task PauseAsync(ChannelReader<RaftMessage> queue)
    {
        while (queue.TryRead(out _))
        {
        }
        await Task.Delay(Pause, time, stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private void Dress(HttpRequestMessage request, MemberId to)
    {
        request.Headers.Add(PeerHeaders.Cluster, identity.ClusterId);
        request.Headers.Add(PeerHeaders.From, identity.MemberId);
        request.Headers.Add(PeerHeaders.To, to.ToString());
        request.Headers.Add(PeerHeaders.Name, identity.Name);
        request.Headers.Add(PeerHeaders.Api, api.ToString());
        request.Headers.Add(PeerHeaders.Reads, release.ReadsFormatsTo.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed class Frames(ChannelReader<RaftMessage> messages, CancellationToken stopping) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, stopping);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
            await stream.FlushAsync(both.Token);
            var frame = new MemoryStream();
            while (await messages.WaitToReadAsync(both.Token))
            {
                frame.SetLength(0);
                while (frame.Length < 256 * 1024 && messages.TryRead(out var message))
                    Append(frame, MessageFormat.Encode(message));
                await stream.WriteAsync(frame.GetBuffer().AsMemory(0, (int)frame.Length), both.Token);
                await stream.FlushAsync(both.Token);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        private static void Append(MemoryStream frame, byte[] message)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
            frame.Write(length);
            frame.Write(message);
        }
    }
}
