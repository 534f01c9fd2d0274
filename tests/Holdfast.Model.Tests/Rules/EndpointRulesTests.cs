using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Problems of EndpointSlices and Endpoints, as Kubernetes words them.</summary>
public sealed class EndpointRulesTests
{
    private const string SubdomainWords = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelWords = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    [Theory]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"hostname":"a","nodeName":"n.x","hints":{"forZones":[{"name":"z"}],"forNodes":[{"name":"n"}]}}""", "")]
    [InlineData("IPv4", """{"addresses":[]}""", "endpoints[0].addresses: Required value: must contain at least 1 address")]
    [InlineData("IPv4", """{"addresses":["x"]}""", "endpoints[0].addresses[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("FQDN", """{"addresses":["example.com."]}""", "")]
    [InlineData("FQDN", """{"addresses":["example"]}""", "endpoints[0].addresses[0]: Invalid value: \"example\": should be a domain with at least two segments separated by dots")]
    [InlineData("FQDN", """{"addresses":[""]}""", "endpoints[0].addresses[0]: Required value")]
    [InlineData("FQDN", """{"addresses":["A.b"]}""", "endpoints[0].addresses[0]: Invalid value: \"A.b\": " + SubdomainWords)]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"hostname":"A"}""", "endpoints[0].hostname: Invalid value: \"A\": " + LabelWords)]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"nodeName":"A"}""", "endpoints[0].nodeName: Invalid value: \"A\": " + SubdomainWords)]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"hints":{"forZones":[{"name":"a"},{"name":"a"}]}}""", "endpoints[0].hints.forZones[1].name: Duplicate value: \"a\"")]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"hints":{"forZones":[{},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f"},{"name":"g"},{"name":"h"},{"name":"i"}]}}""", "endpoints[0].hints.forZones: Too many: 9: must have at most 8 items")]
    [InlineData("IPv4", """{"addresses":["10.0.0.1"],"hints":{"forNodes":[{"name":"A"}]}}""", "endpoints[0].hints.forNodes[0].name: Invalid value: \"A\": " + SubdomainWords)]
    public void An_endpoint_of_a_slice_is_checked(string type, string endpoint, string problem) =>
        CheckSlice($$"""{"metadata":{"name":"s","namespace":"default"},"addressType":"{{type}}","endpoints":[{{endpoint}}]}""", problem);

    [Theory]
    [InlineData("""{"name":"a","port":80},{"name":"b","port":80,"appProtocol":"kubernetes.io/h2c"}""", "")]
    [InlineData("""{"name":"a","port":80},{"name":"a","port":81}""", "ports[1].name: Duplicate value: \"a\"")]
    [InlineData("""{"port":80},{"port":81}""", "ports[1].name: Duplicate value: \"\"")]
    [InlineData("""{"name":"A","port":80}""", "ports[0].name: Invalid value: \"A\": " + LabelWords)]
    [InlineData("""{"protocol":"ICMP","port":80}""", "ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    public void A_port_of_a_slice_is_checked(string ports, string problem) =>
        CheckSlice($$"""{"metadata":{"name":"s","namespace":"default"},"addressType":"IPv4","endpoints":[],"ports":[{{ports}}]}""", problem);

    [Theory]
    [InlineData("", "addressType: Required value")]
    [InlineData("IPX", "addressType: Unsupported value: \"IPX\": supported values: \"FQDN\", \"IPv4\", \"IPv6\"")]
    public void The_type_of_a_slices_addresses_is_checked(string type, string problem) =>
        CheckSlice($$"""{"metadata":{"name":"s","namespace":"default"},"addressType":"{{type}}","endpoints":[]}""", problem);

    [Theory]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]}""", "")]
    [InlineData("""{"ports":[{"port":80}]}""", "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`")]
    [InlineData("""{"addresses":[{"ip":"x"}]}""", "subsets[0].addresses[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1","hostname":"A"}]}""", "subsets[0].addresses[0].hostname: Invalid value: \"A\": " + LabelWords)]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80},{"name":"b","port":81}]}""", "subsets[0].ports[0].name: Required value")]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":0}]}""", "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("""{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80,"protocol":"X"}]}""", "subsets[0].ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    public void A_subset_of_endpoints_is_checked(string subset, string problem)
    {
        var rules = KindRulesCatalog.Find(Endpoints.ResourceType)!;
        var endpoints = rules.DefaultAny(ModelJson.Read<Endpoints>($$"""{"metadata":{"name":"s","namespace":"default","resourceVersion":"1"},"subsets":[{{subset}}]}"""));
        Assert.Equal(problem.Length == 0 ? [] : [problem], rules.ValidateAny(endpoints).Select(each => each.ToString()));
        // What was stored once may stay.
        Assert.Empty(rules.ValidateUpdateAny(endpoints, endpoints));
    }

    private static void CheckSlice(string json, string problem)
    {
        var rules = KindRulesCatalog.Find(EndpointSlice.ResourceType)!;
        var slice = rules.DefaultAny(ModelJson.Read<EndpointSlice>(json));
        Assert.Equal(problem.Length == 0 ? [] : [problem], rules.ValidateAny(slice).Select(each => each.ToString()));
    }
}
