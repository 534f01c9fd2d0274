using System.Net;
using Holdfast.Network.Dns.Wire;
using Holdfast.Network.Dns.Zone;
using Holdfast.Network.Services;

namespace Holdfast.Network.Tests.Dns;

public sealed class ZoneTests
{
    private readonly DnsZone _ledger = DnsZone.Create(new DnsZoneOptions())
        .With(Given.Headless("ledger-store", Given.Http()))
        .With(Given.Slice(
            "ledger-store",
            [Given.Http()],
            Given.Endpoint("ledger-store-0", "127.1.0.1"),
            Given.Endpoint("ledger-store-1", "127.1.0.2"),
            Given.Endpoint("ledger-store-2", "127.1.0.3", isReady: false)));

    [Fact]
    public void A_pod_of_a_headless_service_is_found_by_its_hostname() =>
        Assert.Equal(["A 127.1.0.2"], Ask(_ledger, "ledger-store-1.ledger-store.default.svc.cluster.local"));

    [Fact]
    public void A_headless_service_leads_to_its_ready_endpoints_only() =>
        Assert.Equal(["A 127.1.0.1", "A 127.1.0.2"], Ask(_ledger, "ledger-store.default.svc.cluster.local"));

    [Fact]
    public void An_endpoint_that_is_not_ready_has_no_name() =>
        Assert.Equal(["NXDOMAIN"], Ask(_ledger, "ledger-store-2.ledger-store.default.svc.cluster.local"));

    [Fact]
    public void A_service_that_publishes_unready_addresses_names_them_all()
    {
        var zone = _ledger.With(Given.Headless("ledger-store") with { PublishNotReadyAddresses = true });
        Assert.Equal(["A 127.1.0.3"], Ask(zone, "ledger-store-2.ledger-store.default.svc.cluster.local"));
    }

    [Fact]
    public void A_headless_service_without_ready_endpoints_does_not_exist()
    {
        var zone = _ledger.With(Given.Slice("ledger-store", [], Given.Endpoint("ledger-store-0", "127.1.0.1", isReady: false)));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "ledger-store.default.svc.cluster.local"));
    }

    [Fact]
    public void Letter_case_does_not_matter_and_comes_back_as_it_was_asked()
    {
        var answer = Answer(_ledger, "Ledger-Store-1.LEDGER-store.default.SVC.cluster.LOCAL", DnsType.A);
        Assert.Equal("Ledger-Store-1.LEDGER-store.default.SVC.cluster.LOCAL.", Assert.Single(answer.Answers).Name.ToString());
    }

    [Fact]
    public void An_endpoint_without_a_hostname_is_named_by_its_address()
    {
        var zone = _ledger.With(Given.Slice("ledger-store", [Given.Http()], Given.Endpoint(null, "127.1.0.9")));
        Assert.Equal(["SRV 0 100 8080 127-1-0-9.ledger-store.default.svc.cluster.local."], Ask(zone, "_http._tcp.ledger-store.default.svc.cluster.local", DnsType.Srv));
        Assert.Equal(["A 127.1.0.9"], Ask(zone, "127-1-0-9.ledger-store.default.svc.cluster.local"));
    }

    [Fact]
    public void Named_ports_of_a_headless_service_lead_to_each_ready_pod_with_its_address()
    {
        var answer = Answer(_ledger, "_http._tcp.ledger-store.default.svc.cluster.local", DnsType.Srv);
        Assert.Equal(
            ["SRV 0 100 8080 ledger-store-0.ledger-store.default.svc.cluster.local.", "SRV 0 100 8080 ledger-store-1.ledger-store.default.svc.cluster.local."],
            answer.Answers.Select(Text));
        Assert.Equal(["A 127.1.0.1", "A 127.1.0.2"], answer.Additional.Select(Text));
    }

    [Fact]
    public void A_service_with_a_cluster_address_has_address_port_and_reverse_records()
    {
        var zone = _ledger.With(Given.ClusterIP("web", "127.96.0.7", Given.Http(80)));
        Assert.Equal(["A 127.96.0.7"], Ask(zone, "web.default.svc.cluster.local"));
        Assert.Equal(["SRV 0 100 80 web.default.svc.cluster.local."], Ask(zone, "_http._tcp.web.default.svc.cluster.local", DnsType.Srv));
        Assert.Equal(["PTR web.default.svc.cluster.local."], Ask(zone, "7.0.96.127.in-addr.arpa", DnsType.Ptr));
    }

    [Fact]
    public void An_unnamed_port_has_no_service_record()
    {
        var zone = _ledger.With(Given.ClusterIP("web", "127.96.0.7", new PortRecord("", PortProtocol.Tcp, 80)));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "_http._tcp.web.default.svc.cluster.local", DnsType.Srv));
    }

    [Fact]
    public void A_ready_endpoint_is_named_by_its_address()
    {
        Assert.Equal(["PTR ledger-store-1.ledger-store.default.svc.cluster.local."], Ask(_ledger, "2.0.1.127.in-addr.arpa", DnsType.Ptr));
        Assert.Equal(["NXDOMAIN"], Ask(_ledger, "3.0.1.127.in-addr.arpa", DnsType.Ptr));
    }

    [Fact]
    public void A_pod_has_a_name_and_a_reverse_name_until_it_is_gone()
    {
        var pod = new PodRecord("default", "tool", [IPAddress.Parse("127.1.0.77")]);
        var zone = _ledger.With(pod);
        Assert.Equal(["A 127.1.0.77"], Ask(zone, "127-1-0-77.default.pod.cluster.local"));
        Assert.Equal(["PTR 127-1-0-77.default.pod.cluster.local."], Ask(zone, "77.0.1.127.in-addr.arpa", DnsType.Ptr));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "127-1-0-77.other.pod.cluster.local"));
        Assert.Equal(["NXDOMAIN"], Ask(zone.WithoutPod(pod.Key), "127-1-0-77.default.pod.cluster.local"));
    }

    [Fact]
    public void An_external_name_is_an_alias_whatever_is_asked_and_is_followed_inside_the_zone()
    {
        var zone = _ledger
            .With(new ServiceRecord { Namespace = "default", Name = "out", ExternalName = "db.example.org" })
            .With(new ServiceRecord { Namespace = "default", Name = "in", ExternalName = "ledger-store-0.ledger-store.default.svc.cluster.local" });
        Assert.Equal(["CNAME db.example.org."], Ask(zone, "out.default.svc.cluster.local"));
        Assert.Equal(["CNAME db.example.org."], Ask(zone, "out.default.svc.cluster.local", DnsType.Txt));
        Assert.Equal(
            ["CNAME ledger-store-0.ledger-store.default.svc.cluster.local.", "A 127.1.0.1"],
            Ask(zone, "in.default.svc.cluster.local"));
    }

    [Fact]
    public void Aliases_that_lead_in_a_circle_end()
    {
        var zone = _ledger
            .With(new ServiceRecord { Namespace = "default", Name = "a", ExternalName = "b.default.svc.cluster.local" })
            .With(new ServiceRecord { Namespace = "default", Name = "b", ExternalName = "a.default.svc.cluster.local" });
        Assert.InRange(Ask(zone, "a.default.svc.cluster.local").Length, 1, 10);
    }

    [Theory]
    [InlineData("cluster.local", DnsType.A, "NODATA")]
    [InlineData("svc.cluster.local", DnsType.A, "NODATA")]
    [InlineData("default.svc.cluster.local", DnsType.A, "NODATA")]
    [InlineData("_tcp.ledger-store.default.svc.cluster.local", DnsType.A, "NODATA")]
    [InlineData("_udp.ledger-store.default.svc.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("ledger-store.default.svc.cluster.local", DnsType.Aaaa, "NODATA")]
    [InlineData("other.svc.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("no.default.svc.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("a.b.ledger-store-1.ledger-store.default.svc.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("example.com.default.svc.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("nothing.cluster.local", DnsType.A, "NXDOMAIN")]
    [InlineData("dns-version.cluster.local", DnsType.Txt, "TXT 1.1.0")]
    [InlineData("cluster.local", DnsType.NS, "NS ns.dns.cluster.local.")]
    [InlineData("cluster.local", DnsType.Axfr, "REFUSED")]
    [InlineData("example.com", DnsType.A, "ELSEWHERE")]
    [InlineData("mycluster.local", DnsType.A, "ELSEWHERE")]
    public void A_name_without_records_is_told_from_one_that_does_not_exist(string name, DnsType type, string expected) =>
        Assert.Equal([expected], Ask(_ledger, name, type));

    [Fact]
    public void An_absence_is_remembered_no_longer_than_a_second()
    {
        var answer = Answer(_ledger, "ledger-store-7.ledger-store.default.svc.cluster.local", DnsType.A);
        var head = Assert.Single(answer.Authority);
        Assert.Equal(1u, head.TtlSeconds);
        Assert.Equal(1u, Assert.IsType<AuthorityData>(head.Data).NegativeSeconds);
    }

    [Fact]
    public void Changes_undo_themselves_in_any_order()
    {
        var zone = _ledger
            .WithoutService(new NetworkKey("default", "ledger-store"))
            .WithoutSlice(new NetworkKey("default", "ledger-store-x1"));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "ledger-store-0.ledger-store.default.svc.cluster.local"));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "1.0.1.127.in-addr.arpa", DnsType.Ptr));
        Assert.Equal(["NXDOMAIN"], Ask(zone, "default.svc.cluster.local"));

        var again = zone
            .With(Given.Slice("ledger-store", [], Given.Endpoint("ledger-store-0", "127.1.0.1")))
            .With(Given.Headless("ledger-store"));
        Assert.Equal(["PTR ledger-store-0.ledger-store.default.svc.cluster.local."], Ask(again, "1.0.1.127.in-addr.arpa", DnsType.Ptr));
    }

    [Fact]
    public void A_slice_that_moves_to_another_service_leaves_the_first()
    {
        var moved = Given.Slice("ledger-store", [], Given.Endpoint("ledger-store-0", "127.1.0.1")) with { ServiceName = "other" };
        var zone = _ledger.With(Given.Headless("other")).With(moved);
        Assert.Equal(["NXDOMAIN"], Ask(zone, "ledger-store.default.svc.cluster.local"));
        Assert.Equal(["A 127.1.0.1"], Ask(zone, "other.default.svc.cluster.local"));
    }

    [Fact]
    public void A_change_costs_the_service_and_not_the_cluster()
    {
        var zone = Enumerable.Range(0, 20_000).Aggregate(
            DnsZone.Create(new DnsZoneOptions()),
            (before, number) => before.With(Given.ClusterIP($"s{number}", $"127.96.{number / 250}.{number % 250}")));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        _ = zone.With(Given.ClusterIP("s7", "127.96.200.7"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 64 * 1024);
    }

    internal static string[] Ask(DnsZone zone, string name, DnsType type = DnsType.A)
    {
        var answer = zone.Answer(new DnsQuestion(DnsName.Parse(name), type, DnsQuestion.Internet));
        return answer switch
        {
            null => ["ELSEWHERE"],
            { Code: DnsResponseCode.NameError } => ["NXDOMAIN"],
            { Code: DnsResponseCode.Refused } => ["REFUSED"],
            { Answers.IsEmpty: true } => [answer.Authority.IsEmpty ? "NO AUTHORITY" : "NODATA"],
            _ => [.. answer.Answers.Select(Text)],
        };
    }

    internal static string Text(DnsRecord record) => record.Data switch
    {
        AddressData address => $"{(address.Type == DnsType.A ? "A" : "AAAA")} {address.Address}",
        NameData name => $"{name.Kind.ToString().ToUpperInvariant()} {name.Target}",
        ServiceData service => $"SRV {service.Priority} {service.Weight} {service.Port} {service.Target}",
        TextData text => $"TXT {text.Text}",
        _ => record.Data.Type.ToString(),
    };

    private static DnsAnswer Answer(DnsZone zone, string name, DnsType type) =>
        zone.Answer(new DnsQuestion(DnsName.Parse(name), type, DnsQuestion.Internet))
        ?? throw new InvalidOperationException($"{name} should be answered from the zone.");
}
