using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Networking;

/// <summary>The rules of NetworkPolicies.</summary>
internal sealed class NetworkPolicyRules : ResourceRules<NetworkPolicy>
{
    public override bool HasGeneration => true;

    public override NetworkPolicy Default(NetworkPolicy policy)
    {
        var spec = policy.Spec;
        ValueList<string> types = spec.Egress.IsEmpty ? ["Ingress"] : ["Ingress", "Egress"];
        return policy with
        {
            Spec = spec with
            {
                PolicyTypes = spec.PolicyTypes.IsEmpty ? types : spec.PolicyTypes,
                Ingress = spec.Ingress.Rewrite(rule => rule with { Ports = rule.Ports.Rewrite(Port) }),
                Egress = spec.Egress.Rewrite(rule => rule with { Ports = rule.Ports.Rewrite(Port) }),
            },
        };
    }

    public override bool RaisesGeneration(NetworkPolicy updated, NetworkPolicy old) => updated.Spec != old.Spec;

    /// <summary>Nothing here holds back a packet, and whoever relies on a policy must know.</summary>
    public override ImmutableArray<string> Warnings(NetworkPolicy policy, NetworkPolicy? old) =>
        ["spec: NetworkPolicy objects are stored but not enforced by this cluster; all pods can reach one another"];

    protected override void Check(NetworkPolicy policy, FieldErrors errors)
    {
        LabelSelectorValidation.Check(policy.Spec.PodSelector, SpecPath.Child("podSelector"), errors);
        CheckRules(policy.Spec, errors);
        if (policy.Spec.PolicyTypes.Count > 2)
        {
            errors.Add(FieldError.InvalidJson(SpecPath.Child("policyTypes"), $"[{string.Join(',', policy.Spec.PolicyTypes.Select(type => $"\"{type}\""))}]", "may not specify more than two policyTypes"));
            return;
        }
        for (var i = 0; i < policy.Spec.PolicyTypes.Count; i++)
        {
            if (policy.Spec.PolicyTypes[i] is not ("Ingress" or "Egress"))
            {
                errors.Add(FieldError.NotSupported(SpecPath.Child("policyTypes").Index(i), policy.Spec.PolicyTypes[i], "Ingress", "Egress"));
            }
        }
    }

    private static void CheckRules(NetworkPolicySpec spec, FieldErrors errors)
    {
        for (var i = 0; i < spec.Ingress.Count; i++)
        {
            CheckRule(spec.Ingress[i].Ports, spec.Ingress[i].From, SpecPath.Child("ingress").Index(i), "from", errors);
        }
        for (var i = 0; i < spec.Egress.Count; i++)
        {
            CheckRule(spec.Egress[i].Ports, spec.Egress[i].To, SpecPath.Child("egress").Index(i), "to", errors);
        }
    }

    private static void CheckRule(ValueList<NetworkPolicyPort> ports, ValueList<NetworkPolicyPeer> peers, FieldPath path, string peersField, FieldErrors errors)
    {
        for (var i = 0; i < ports.Count; i++)
        {
            NetworkPolicyRuleValidation.CheckPort(ports[i], path.Child("ports").Index(i), errors);
        }
        for (var i = 0; i < peers.Count; i++)
        {
            NetworkPolicyRuleValidation.CheckPeer(peers[i], path.Child(peersField).Index(i), errors);
        }
    }

    private static NetworkPolicyPort Port(NetworkPolicyPort port) => port.Protocol is null ? port with { Protocol = "TCP" } : port;
}
