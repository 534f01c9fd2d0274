namespace LedgerStore.Tests;

public sealed class LedgerOptionsReaderTests
{
    [Theory]
    [InlineData("", "0.0.0.0:8080")]
    [InlineData("POD_IP=127.20.0.3", "127.20.0.3:8080")]
    [InlineData("POD_IP=127.20.0.3 LEDGER_LISTEN=0.0.0.0:9090", "127.20.0.3:9090")]
    [InlineData("POD_IP=127.20.0.3 LEDGER_LISTEN=127.0.0.1:9090", "127.0.0.1:9090")]
    public void A_member_listens_on_its_pods_own_address_unless_told_another(string environment, string expected) =>
        Assert.Equal(expected, Read(environment).Listen.ToString());

    [Theory]
    [InlineData("", "/var/lib/ledger-store")]
    [InlineData("LEDGER_DATA=/a", "/a")]
    [InlineData("LEDGER_DATA=/a HOLDFAST_VOLUME_DATA=/b", "/b")]
    public void The_data_folder_is_where_the_volume_really_is(string environment, string expected) =>
        Assert.Equal(expected, Read(environment).DataFolder);

    [Fact]
    public void An_argument_wins_over_its_variable()
    {
        var options = Read("LEDGER_VERSION=2.8.1 HOLDFAST_VOLUME_DATA=/b", "--version-as", "2.9.0", "--data=/c");
        Assert.Equal(("2.9.0", "/c"), (options.Release.Version, options.DataFolder));
    }

    [Theory]
    [InlineData("--colour", "red")]
    [InlineData("--data")]
    [InlineData("--disk-floor", "-1")]
    [InlineData("--drain-seconds", "9999")]
    [InlineData("--listen", "8080")]
    [InlineData("--followers", "sideways")]
    [InlineData("--found", "maybe")]
    [InlineData("--founders", "0")]
    [InlineData("--peer-port", "0")]
    [InlineData("--peers", "m-0")]
    [InlineData("--peers", "=127.0.0.1:8081")]
    [InlineData("--peers", "m-0=127.0.0.1:8081,m-0=127.0.0.2:8081")]
    [InlineData("--peers", "m-0=127.0.0.1:8081,m-1=127.0.0.1:8081")]
    public void A_wrong_argument_is_named(params string[] arguments) =>
        Assert.Contains(arguments[0], Assert.Throws<LedgerOptionsException>(() => Read("", arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "/etc/ledger-store/tls", false)]
    [InlineData("LEDGER_TLS=/certificates", "/certificates", true)]
    public void Certificates_are_required_where_their_folder_is_named(string environment, string folder, bool isRequired)
    {
        var peers = Read(environment, "--service", "ledger-store").Peers!;
        Assert.Equal((folder, isRequired), (peers.TlsFolder, peers.RequiresTls));
    }

    private static LedgerOptions Read(string environment, params string[] arguments)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static pair => pair.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        return new LedgerOptionsReader(variables.GetValueOrDefault).Read(arguments);
    }
}
