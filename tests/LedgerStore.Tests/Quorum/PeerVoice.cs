using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>Says to a member, on its peer port, what another member of its cluster might say.</summary>
public sealed class PeerVoice(LedgerProcess member, JsonElement status, string from) : IDisposable
{
    private readonly HttpClient http = new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>Who speaks.</summary>
    public MemberId From { get; } = Parse(from);

    /// <summary>Who is spoken to.</summary>
    public MemberId To { get; } = Parse(status.GetProperty("memberId").GetString()!);

    public void Dispose() => http.Dispose();

    public async Task SayAsync(RaftMessage message)
    {
        var bytes = MessageFormat.Encode(message);
        var frame = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, bytes.Length);
        bytes.CopyTo(frame, 4);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{member.Address}:8081/peer/v1/stream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Headers.Add(PeerHeaders.Cluster, status.GetProperty("clusterId").GetString());
        request.Headers.Add(PeerHeaders.From, From.ToString());
        request.Headers.Add(PeerHeaders.To, To.ToString());
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static MemberId Parse(string text)
    {
        Assert.True(MemberId.TryParse(text, out var id));
        return id;
    }
}
