using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.ApiServer.Security;
using Holdfast.Platform;
using Holdfast.Testing;

namespace Holdfast.ApiServer.Tests;

/// <summary>Certificates are made anew before they end, while the server runs and at its next start.</summary>
public sealed class CertificateTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_server_renews_its_certificate_and_the_administrators_and_connections_go_on()
    {
        var time = new ShiftedTime();
        var renewed = new TaskCompletionSource<ClusterCredentials>();
        await using var server = await RunningServer.StartAsync(Token, set: options => options with { Time = time, OnRenewed = credentials => renewed.TrySetResult(credentials) });
        var (before, first) = (server.Host.AdminCredentials(), await ShownAsync(server));
        using var certificate = X509Certificate2.CreateFromPem(before.Certificate.CertificatePem, before.Certificate.KeyPem);
        using var http = RunningServer.ClientOf(server.Host, certificate, time);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
        using var watch = new StreamReader(await http.GetStreamAsync(new Uri(Maps + "?watch=1", UriKind.Relative), Token));
        time.Forward(TimeSpan.FromDays(240));
        time.Forward(TimeSpan.FromDays(5));
        var after = await renewed.Task.WaitAsync(Soon, Token);
        Assert.NotEqual(before.Certificate, after.Certificate);
        Assert.Equal(before.AuthorityPem, after.AuthorityPem);
        await Eventually.HoldsAsync("another certificate is shown", async () => await ShownAsync(server) != first, Soon, Token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
        time.Forward(TimeSpan.FromDays(121));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(Maps, UriKind.Relative), Token)).StatusCode);
    }

    [Fact]
    public void At_a_start_what_is_past_two_thirds_of_its_life_is_made_anew_and_the_rest_is_kept()
    {
        using var folder = new TemporaryFolder();
        var time = new ShiftedTime();
        var first = Open(folder, time).Client("admin", UserInfo.Administrator);
        time.Forward(TimeSpan.FromDays(240));
        Assert.Equal(first, Open(folder, time).Client("admin", UserInfo.Administrator));
        time.Forward(TimeSpan.FromDays(10));
        Assert.NotEqual(first, Open(folder, time).Client("admin", UserInfo.Administrator));
    }

    [Fact]
    public void The_authority_is_renewed_over_its_key_so_that_what_it_signed_and_who_trusts_it_go_on()
    {
        using var folder = new TemporaryFolder();
        var time = new ShiftedTime();
        time.Forward(TimeSpan.FromDays(3650 * 2 / 3 - 30));
        var authority = Open(folder, new ShiftedTime());
        var old = authority.CertificatePem;
        authority = Open(folder, time);
        var client = authority.Client("admin", UserInfo.Administrator);
        Assert.False(authority.RenewSelf());
        time.Forward(TimeSpan.FromDays(40));
        Assert.True(authority.RenewSelf());
        Assert.NotEqual(old, authority.CertificatePem);
        using var signed = X509Certificate2.CreateFromPem(client.CertificatePem);
        Assert.Equal(UserInfo.Administrator.Name, authority.Identify(signed)!.Name);
        using var serving = authority.Serving();
        using var trusted = X509Certificate2.CreateFromPem(old);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        Assert.True(chain.Build(serving));
    }

    [Fact]
    public void The_servers_certificate_holds_for_its_addresses_and_is_made_anew_for_others()
    {
        using var folder = new TemporaryFolder();
        var authority = Open(folder, TimeProvider.System);
        using var first = authority.Serving(IPAddress.Parse("127.44.0.1"));
        Assert.True(first.MatchesHostname("127.44.0.1"));
        Assert.True(first.MatchesHostname("localhost"));
        Assert.False(first.MatchesHostname("192.0.2.1"));
        using var same = authority.Serving(IPAddress.Parse("127.44.0.1"));
        Assert.Equal(first.Thumbprint, same.Thumbprint);
        using var other = authority.Serving(IPAddress.Parse("192.0.2.1"));
        Assert.True(other.MatchesHostname("192.0.2.1"));
    }

    private static CertificateAuthority Open(TemporaryFolder folder, TimeProvider time) =>
        CertificateAuthority.Open(Path.Combine(folder.Path, "pki"), time, new SystemChance());

    private static async Task<string> ShownAsync(RunningServer server)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(server.Host.Address.Host, server.Host.Address.Port, Token);
        await using var tls = new SslStream(tcp.GetStream());
#pragma warning disable CA5359 // Whose certificate it is does not matter here.
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, Token);
#pragma warning restore CA5359
        return tls.RemoteCertificate!.GetCertHashString();
    }
}
