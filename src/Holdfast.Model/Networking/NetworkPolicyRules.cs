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
