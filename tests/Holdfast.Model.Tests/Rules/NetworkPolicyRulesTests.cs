using Holdfast.Model.Json;
using Holdfast.Model.Networking;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Problems of NetworkPolicies, as Kubernetes words them.</summary>
public sealed class NetworkPolicyRulesTests
{
    private static readonly KindRules Rules = KindRulesCatalog.Find(NetworkPolicy.ResourceType)!;

    [Theory]
    [InlineData("""{"ports":[{"port":80,"endPort":90,"protocol":"UDP"},{"port":"http"}],"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}},{"podSelector":{}}]}""", "")]
    [InlineData("""{"ports":[{"protocol":"Z"}]}""", "spec.ingress[0].ports[0].protocol: Unsupported value: \"Z\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [InlineData("""{"ports":[{"port":99999}]}""", "spec.ingress[0].ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive")]
    [InlineData("""{"ports":[{"port":80,"endPort":79}]}""", "spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`")]
    [InlineData("""{"ports":[{"endPort":79}]}""", "spec.ingress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is not specified")]
    [InlineData("""{"ports":[{"port":"http","endPort":79}]}""", "spec.ingress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is non-numeric")]
    [InlineData("""{"from":[{}]}""", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [InlineData("""{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"},"podSelector":{}}]}""", "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer")]
    [InlineData("""{"from":[{"ipBlock":{"cidr":"x"}}]}""", "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [InlineData("""{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}""", "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`")]
    [InlineData("""{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/8"]}}]}""", "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/8\": must be a strict subset of `cidr`")]
    public void What_a_rule_lets_in_is_checked(string rule, string problem)
    {
        var policy = Rules.DefaultAny(ModelJson.Read<NetworkPolicy>("""{"metadata":{"name":"n","namespace":"default"},"spec":{"podSelector":{},"ingress":[""" + rule + "]}}"));
        Assert.Equal(problem.Length == 0 ? [] : [problem], Rules.ValidateAny(policy).Select(each => $"{each.Field}: {each.Detail}"));
    }

    [Fact]
    public void What_a_rule_lets_out_is_checked_too()
    {
        var policy = ModelJson.Read<NetworkPolicy>("""{"metadata":{"name":"n","namespace":"default"},"spec":{"podSelector":{},"egress":[{"to":[{}]}]}}""");
        Assert.Equal(["spec.egress[0].to[0]"], Rules.ValidateAny(policy).Select(each => each.Field));
    }
}
