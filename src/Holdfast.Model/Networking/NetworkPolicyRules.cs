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
        for (var i = 0; i < policy.Spec.PolicyTypes.Count; i++)
        {
            if (policy.Spec.PolicyTypes[i] is not ("Ingress" or "Egress"))
            {
                errors.Add(FieldError.NotSupported(SpecPath.Child("policyTypes").Index(i), policy.Spec.PolicyTypes[i], "Ingress", "Egress"));
            }
        }
    }

    private static NetworkPolicyPort Port(NetworkPolicyPort port) => port.Protocol is null ? port with { Protocol = "TCP" } : port;
}
