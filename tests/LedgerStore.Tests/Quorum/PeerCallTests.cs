using System.Net;
using System.Text;
using System.Text.Json;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

/// <summary>What another program says on the port on which members speak to each other.</summary>
public sealed class PeerCallTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json", "{\"clusterId\": ")]
    [InlineData("application/json", "[1, 2]")]
    [InlineData("application/json", "null")]
    [InlineData("application/json", "{\"clusterId\": \"%C\", \"memberId\": \"00000000000000aa\"}")]
    [InlineData("text/plain", "let me in")]
    public async Task A_request_to_join_that_is_none_is_refused_with_a_reason(string type, string body) => await IsRefusedAsync("join", type, static text => Encoding.UTF8.GetBytes(text), body);

    [Theory]
    [InlineData("00")] // Ends before its length.
    [InlineData("ffffffff")]
    [InlineData("00000000")]
    [InlineData("03000000010203")]
    [InlineData("1900000063000000000000000000000000000000000000000000000000")] // A kind that nobody knows.
    [InlineData("45000000030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000100000000000000080000000000000000000000")] // An entry without a kind.
    [InlineData("4800000007000000000000000000000000000000000000000000000000000000000000000000000000000000001b000000000000000000000000000000000000000700000001000000000000")] // A membership that is cut.
    public async Task A_frame_that_is_none_is_refused_with_a_reason(string bytes) => await IsRefusedAsync("stream", "application/octet-stream", Convert.FromHexString, bytes);

    [Fact]
    public async Task A_member_that_does_not_yet_know_who_it_is_refuses_messages_for_a_while_and_not_as_another_member()
    {
        using var folder = new TemporaryFolder();
        var address = LedgerProcess.NewAddress();
        await using var waiting = LedgerProcess.Start(folder.Path, ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081,ledger-store-1={address}:1"));
        await waiting.UntilAsync(() => Task.FromResult(waiting.Output.Contains("the disk is empty", StringComparison.Ordinal)), "waiting for its founders");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}:8081/peer/v1/stream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([]),
        };
        request.Headers.Add("Ledger-Cluster", "00000000000000c1");
        request.Headers.Add("Ledger-To", "00000000000000aa");
        using var answer = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("NoCluster", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(200, null)]
    [InlineData(503, null)]
    [InlineData(421, "it is not 00000000000000aa of cluster c")]
    [InlineData(400, "with status 400")]
    public void Only_a_refusal_that_stays_one_is_noted(int? status, string? word)
    {
        var noted = PeerLinks.Refusal((HttpStatusCode?)status, "m-2", new MemberId(0xaa), "c");
        Assert.Equal(word is null, noted is null);
        Assert.Contains(word ?? "", noted ?? "", StringComparison.Ordinal);
    }

    private static async Task IsRefusedAsync(string path, string type, Func<string, byte[]> bytes, string body)
    {
        await using var cluster = await LedgerCluster.StartAsync(1);
        var status = await cluster[0].GetAsync("/status");
        var clusterId = status.GetProperty("clusterId").GetString()!;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{cluster.Address(0)}:8081/peer/v1/{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bytes(body.Replace("%C", clusterId, StringComparison.Ordinal))),
        };
        request.Content.Headers.ContentType = new(type);
        request.Headers.Add("Ledger-Cluster", clusterId);
        request.Headers.Add("Ledger-To", status.GetProperty("memberId").GetString());
        using var answer = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("BadRequest", said.RootElement.GetProperty("error").GetProperty("code").GetString());
        using var next = await cluster[0].AppendAsync("it goes on");
        Assert.Equal(HttpStatusCode.Created, next.StatusCode);
    }
}
