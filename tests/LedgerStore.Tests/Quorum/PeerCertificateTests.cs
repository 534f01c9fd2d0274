using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Quorum;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Quorum;

public sealed class PeerCertificateTests : IDisposable
{
    private readonly MountedCertificates files = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Members_with_certificates_speak_only_to_those_of_their_authority_and_take_a_new_certificate_without_a_restart()
    {
        using var authority = Authority("the ledger's");
        using var first = Leaf(authority, "members");
        files.Publish(first, authority);
        await using var cluster = await LedgerCluster.StartAsync(3, ("LEDGER_TLS", files.Path));
        (await cluster[1].AppendAsync("over mutual TLS")).Dispose();
        Assert.Contains("with mutual TLS", cluster[0].Output, StringComparison.Ordinal);
        Assert.False(await IsAnsweredAsync(cluster.Address(0), null));
        using var stranger = Authority("a stranger's");
        Assert.False(await IsAnsweredAsync(cluster.Address(0), Leaf(stranger, "stranger")));
        Assert.True(await IsAnsweredAsync(cluster.Address(0), Leaf(authority, "a member")));

        using var renewed = Leaf(authority, "members, renewed");
        files.Publish(renewed, authority);
        cluster.CutOff(0);
        cluster.Heal();
        await cluster.UntilAsync("0 uses the new certificate", () => Task.FromResult(cluster[0].Output.Contains("members, renewed", StringComparison.Ordinal)));
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task An_authority_is_changed_in_three_steps_without_a_restart_as_a_mounted_secret_shows_them()
    {
        using var old = Authority("the old");
        using var next = Authority("the next");
        using var first = Leaf(old, "members of the old");
        files.Publish(first, old);
        await using var cluster = await LedgerCluster.StartAsync(3, ("LEDGER_TLS", files.Path));
        Assert.False(await IsAnsweredAsync(cluster.Address(0), Leaf(next, "of the next")));

        // Trust both: only ca.crt differs from before.
        files.Publish(first, old, next);
        Assert.True(await IsAnsweredAsync(cluster.Address(0), Leaf(next, "of the next")));
        Assert.True(await IsAnsweredAsync(cluster.Address(0), Leaf(old, "of the old")));
        using var second = Leaf(next, "members of the next");
        files.Publish(second, old, next);
        Assert.Equal("members of the next", await ServedAsync(cluster.Address(0), Leaf(old, "of the old")));
        files.Publish(second, next);
        Assert.False(await IsAnsweredAsync(cluster.Address(0), Leaf(old, "of the old")));
        cluster.CutOff(1);
        cluster.Heal();
        await cluster.ReadyAsync();
        using var answer = await cluster[1].AppendAsync("under the next authority");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named_once_and_those_from_before_stay_in_use()
    {
        using var authority = Authority("the ledger's");
        using var first = Leaf(authority, "in use");
        files.Publish(first, authority);
        using var said = new StringWriter();
        using var certificates = PeerCertificates.Find(files.Path, true, new LedgerJournal(said, TimeProvider.System))!;
        files.PublishTexts(first.ExportCertificatePem(), "no key", authority.ExportCertificatePem());
        Assert.Equal(("CN=in use", "CN=in use"), (certificates.Own.Subject, certificates.Own.Subject));
        Assert.Single(said.ToString().Split('\n'), static line => line.Contains("cannot be used", StringComparison.Ordinal) && line.Contains("tls.key", StringComparison.Ordinal));
        using var second = Leaf(authority, "mended");
        files.Publish(second, authority);
        Assert.Equal("CN=mended", certificates.Own.Subject);
    }

    [Theory]
    [InlineData("", "lacks tls.crt, tls.key, ca.crt")]
    [InlineData("nowhere", "there is no folder")]
    public async Task A_folder_that_is_named_and_holds_no_certificates_ends_the_start(string inner, string word)
    {
        using var data = new TemporaryFolder();
        var address = LedgerProcess.NewAddress();
        var missing = Path.Combine(files.Path, inner);
        await using var member = LedgerProcess.Start(data.Path, ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081"), ("LEDGER_TLS", missing));
        Assert.Equal(ExitCode.Usage, await member.ExitCodeAsync());
        Assert.Contains("--tls (LEDGER_TLS)", member.Output, StringComparison.Ordinal);
        Assert.Contains(word, member.Output, StringComparison.Ordinal);
        Assert.Contains(missing, member.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_speaks_without_encryption_says_so()
    {
        using var data = new TemporaryFolder();
        var address = LedgerProcess.NewAddress();
        await using var member = await LedgerProcess.StartReadyAsync(data.Path, ("POD_IP", address), ("LEDGER_PEERS", $"ledger-store-0={address}:8081"));
        Assert.Single(member.Output.Split('\n'), static line => line.Contains("without TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_member_of_another_cluster_is_not_listened_to()
    {
        await using var cluster = await LedgerCluster.StartAsync();
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var status = await cluster[0].GetAsync("/status");
        var (cluster0, member0) = (status.GetProperty("clusterId").GetString()!, status.GetProperty("memberId").GetString()!);
        foreach (var (clusterId, memberId, expected) in new[]
        {
            ("0000000000000001", member0, HttpStatusCode.MisdirectedRequest), (cluster0, "0000000000000001", HttpStatusCode.MisdirectedRequest), (cluster0, member0, HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{cluster.Address(0)}:8081/peer/v1/stream")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent([]),
            };
            request.Headers.Add("Ledger-Cluster", clusterId);
            request.Headers.Add("Ledger-To", memberId);
            using var answer = await http.SendAsync(request, Stop);
            Assert.Equal(expected, answer.StatusCode);
        }
        using var join = new HttpRequestMessage(HttpMethod.Post, $"http://{cluster.Address(0)}:8081/peer/v1/join")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { clusterId = "0000000000000001", memberId = "0000000000000002", name = "stranger-0", readsFormatsTo = 9 }),
        };
        using var refusal = await http.SendAsync(join, Stop);
        Assert.Contains($"I belong to cluster {cluster0}", await refusal.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(3, (await cluster[0].GetAsync("/v1/members")).GetProperty("members").GetArrayLength());
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Leaf(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=\"{name}\"", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static async Task<bool> IsAnsweredAsync(string address, X509Certificate2? certificate) => await ServedAsync(address, certificate) is not null;

    // The name in the certificate of whoever answers; null when nobody does.
    private static async Task<string?> ServedAsync(string address, X509Certificate2? certificate)
    {
        string? served = null;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => (served = (shown as X509Certificate2)?.GetNameInfo(X509NameType.SimpleName, false)) is not null;
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!;
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using var answer = await http.GetAsync($"https://{address}:8081/peer/v1/identity", Stop);
            return answer.IsSuccessStatusCode ? served : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
