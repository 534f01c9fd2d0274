using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Dns.Wire;
using Holdfast.Network.Services;

namespace Holdfast.Network.Dns.Zone;

/// <content>How a question becomes an answer.</content>
public sealed partial class DnsZone
{
    private const string SchemaVersion = "1.1.0";
    private const int LongestAliasChain = 8;
    private const int MostTargetsWithAddresses = 32;
    private const int ServicePriority = 0;
    private const int ServiceWeight = 100;

    private static readonly DnsName LoopbackReverse = DnsName.Parse("127.in-addr.arpa");

    /// <summary>Answers a question.</summary>
    /// <param name="question">The question.</param>
    /// <returns>The answer, or null when the name belongs to somebody else and is to be asked elsewhere.</returns>
    public DnsAnswer? Answer(DnsQuestion question)
    {
        if (!question.Name.IsAtOrBelow(_apex))
        {
            return AnswerReverse(question);
        }

        if (question.RecordClass is not (DnsQuestion.Internet or DnsQuestion.AnyClass)
            || question.Type is DnsType.Axfr or DnsType.Ixfr)
        {
            return new DnsAnswer { Code = DnsResponseCode.Refused };
        }

        return AnswerInside(question.Name, question.Type, LongestAliasChain);
    }

    private static string HostLabel(EndpointRecord endpoint, IPAddress address) =>
        string.IsNullOrEmpty(endpoint.Hostname) ? Dashed(address) : DnsNameCase.Lower(endpoint.Hostname);

    private static string Dashed(IPAddress address) => address.ToString().Replace('.', '-').Replace(':', '-');

    private static bool Matches(DnsType asked, DnsType type) => asked == type || asked == DnsType.Any;

    private static bool IsProtocol(PortProtocol protocol, string label) => string.Equals(
        label,
        protocol switch { PortProtocol.Tcp => "_tcp", PortProtocol.Udp => "_udp", _ => "_sctp" },
        StringComparison.Ordinal);

    private DnsAnswer? AnswerReverse(DnsQuestion question)
    {
        var names = _serviceNames.Find(question.Name).ToImmutableArray();
        names = names.IsEmpty ? [.. _podNames.Find(question.Name)] : names;
        if (names.IsEmpty)
        {
            // Loopback addresses are this cluster's own: nobody outside can know better.
            return question.Name.IsAtOrBelow(LoopbackReverse) ? Negative(DnsResponseCode.NameError) : null;
        }

        return Matches(question.Type, DnsType.Ptr)
            ? Positive([.. names.Select(name => Record(question.Name, new NameData(DnsType.Ptr, name)))], [])
            : Negative(DnsResponseCode.NoError);
    }

    private DnsAnswer AnswerInside(DnsName name, DnsType type, int aliasesLeft)
    {
        if (Find(name) is not { } found)
        {
            return Negative(DnsResponseCode.NameError);
        }

        if (found is [{ Data: NameData { Kind: DnsType.CName, Target: var target } } alias])
        {
            return FollowAlias(alias, target, type, aliasesLeft);
        }

        var records = found.Where(record => Matches(type, record.Data.Type)).ToImmutableArray();
        return records.IsEmpty ? Negative(DnsResponseCode.NoError) : Positive(records, AddressesOf(records));
    }

    private DnsAnswer FollowAlias(DnsRecord alias, DnsName target, DnsType type, int aliasesLeft)
    {
        if (Matches(type, DnsType.CName) || aliasesLeft == 0 || !target.IsAtOrBelow(_apex))
        {
            return Positive([alias], []);
        }

        var behind = AnswerInside(target, type, aliasesLeft - 1);
        return behind with { Answers = [alias, .. behind.Answers] };
    }

    private ImmutableArray<DnsRecord>? Find(DnsName name)
    {
        var labels = name.Labels[..^_apex.Labels.Length].Select(DnsNameCase.Lower).ToArray();
        return labels switch
        {
            [] => [Record(name, StartOfAuthority()), Record(name, new NameData(DnsType.NS, ServerName()))],
            ["dns-version"] => [Record(name, new TextData(SchemaVersion))],
            ["svc"] or ["pod"] or ["dns"] => [],
            ["ns", "dns"] => Addresses(name, Options.ServerAddresses),
            [var space, "svc"] => _servicesPerNamespace.ContainsKey(space) ? [] : null,
            [var space, "pod"] => _podsPerNamespace.ContainsKey(space) ? [] : null,
            [var address, var space, "pod"] => FindPod(name, address, space),
            [var service, var space, "svc"] => FindService(name, State(space, service)),
            [['_', ..] protocol, var service, var space, "svc"] => FindPort(name, State(space, service), null, protocol) is null ? null : [],
            [var host, var service, var space, "svc"] => FindEndpoint(name, State(space, service), host),
            [['_', .. var port], ['_', ..] protocol, var service, var space, "svc"] => FindPort(name, State(space, service), port, protocol),
            _ => null,
        };
    }

    private ImmutableArray<DnsRecord>? FindPod(DnsName name, string address, string space)
    {
        // An IPv4 address has no colon and an IPv6 address no dot, so one of the two readings fits at most.
        var text = address.Count(letter => letter == '-') == 3 && !address.Contains("--", StringComparison.Ordinal)
            ? address.Replace('-', '.')
            : address.Replace('-', ':');
        return IPAddress.TryParse(text, out var parsed)
            && _apex.Child(address, space, "pod") is { } podName
            && _podNames.Find(DnsName.ReverseOf(parsed)).Contains(podName)
            ? Addresses(name, [parsed])
            : null;
    }

    private ImmutableArray<DnsRecord>? FindService(DnsName name, ServiceState state)
    {
        if (state.Service is not { } service)
        {
            return null;
        }

        if (service.ExternalName is { } external)
        {
            return DnsName.TryParse(external, out var target) ? [Record(name, new NameData(DnsType.CName, target))] : [];
        }

        var addresses = service.IsHeadless
            ? Addresses(name, [.. state.ReadyEndpoints().SelectMany(ready => ready.Endpoint.Addresses).Distinct()])
            : Addresses(name, service.ClusterIPs);
        return service.IsHeadless && addresses.IsEmpty ? null : addresses;
    }

    private ImmutableArray<DnsRecord>? FindEndpoint(DnsName name, ServiceState state, string host)
    {
        var addresses = from ready in state.ReadyEndpoints()
                        from address in ready.Endpoint.Addresses
                        where string.Equals(HostLabel(ready.Endpoint, address), host, StringComparison.Ordinal)
                        select address;
        var records = Addresses(name, [.. addresses.Distinct()]);
        return records.IsEmpty ? null : records;
    }

    private ImmutableArray<DnsRecord>? FindPort(DnsName name, ServiceState state, string? portName, string protocol)
    {
        if (state.Service is not { ExternalName: null } service || ServiceName(service.Key) is not { } serviceName)
        {
            return null;
        }

        bool Fits(PortRecord port) => port.Name.Length > 0
            && IsProtocol(port.Protocol, protocol)
            && (portName is null || string.Equals(port.Name, portName, StringComparison.Ordinal));

        var targets = service.IsHeadless
            ? from ready in state.ReadyEndpoints()
              from port in ready.Ports.Where(Fits)
              from address in ready.Endpoint.Addresses
              let target = serviceName.Child(HostLabel(ready.Endpoint, address))
              where target is not null
              select (port.Port, target)
            : service.Ports.Where(Fits).Select(port => (port.Port, target: serviceName));
        var records = targets.Distinct()
            .Select(to => Record(name, new ServiceData(ServicePriority, ServiceWeight, to.Port, to.target)))
            .ToImmutableArray();
        return records.IsEmpty ? null : records;
    }

    private ImmutableArray<DnsRecord> AddressesOf(ImmutableArray<DnsRecord> records) =>
        [.. from target in records.Select(record => record.Data).OfType<ServiceData>().Select(data => data.Target).Distinct().Take(MostTargetsWithAddresses)
            from address in Find(target) ?? []
            where address.Data is AddressData
            select address];

    private ServiceState State(string space, string service) => _services.Find(new NetworkKey(space, service));

    private ImmutableArray<DnsRecord> Addresses(DnsName name, ImmutableArray<IPAddress> addresses) =>
        [.. addresses.Select(address => Record(name, new AddressData(address)))];

    private DnsRecord Record(DnsName name, DnsData data) => new(name, Options.TtlSeconds, data);

    private DnsName ServerName() => _apex.Child("ns", "dns") ?? _apex;

    private AuthorityData StartOfAuthority() =>
        new(ServerName(), _apex.Child("hostmaster") ?? _apex, Serial, 7200, 1800, 86400, Options.NegativeTtlSeconds);

    private static DnsAnswer Positive(ImmutableArray<DnsRecord> answers, ImmutableArray<DnsRecord> additional) =>
        new() { IsAuthoritative = true, Answers = answers, Additional = additional };

    private DnsAnswer Negative(DnsResponseCode code) => new()
    {
        Code = code,
        IsAuthoritative = true,
        Authority = [new DnsRecord(_apex, Options.NegativeTtlSeconds, StartOfAuthority())],
    };
}
