using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>The rules of Nodes. Unlike other kinds, a node may be made with its status.</summary>
internal sealed class NodeRules : ResourceRules<Node>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override Node Default(Node node)
    {
        var (spec, status) = (node.Spec, node.Status);
        if (status.Allocatable.IsEmpty && !status.Capacity.IsEmpty)
        {
            status = status with { Allocatable = status.Capacity };
        }
        if (spec.PodCIDR.Length > 0 && (spec.PodCIDRs.IsEmpty || spec.PodCIDRs[0] != spec.PodCIDR))
        {
            spec = spec with { PodCIDRs = [spec.PodCIDR] };
        }
        else if (spec.PodCIDR.Length == 0 && !spec.PodCIDRs.IsEmpty)
        {
            spec = spec with { PodCIDR = spec.PodCIDRs[0] };
        }
        return node with { Spec = spec, Status = status };
    }

    public override Node PrepareForUpdate(Node updated, Node old) => updated with { Status = old.Status };

    public override Node PrepareForStatusUpdate(Node updated, Node old) => updated with { Spec = old.Spec };

    protected override void Check(Node node, FieldErrors errors)
    {
        TaintValidation.Check(node.Spec.Taints, MetadataPath.Child("taints"), errors);
        CheckAmounts(node.Status.Capacity, "capacity", errors);
        CheckAmounts(node.Status.Allocatable, "allocatable", errors);
    }

    protected override void CheckUpdate(Node updated, Node old, FieldErrors errors)
    {
        CheckAmounts(updated.Status.Capacity, "capacity", errors);
        CheckAmounts(updated.Status.Allocatable, "allocatable", errors);
        if (!old.Spec.PodCIDRs.IsEmpty && updated.Spec.PodCIDRs != old.Spec.PodCIDRs)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid"));
        }
        if (old.Spec.ProviderID.Length > 0 && updated.Spec.ProviderID != old.Spec.ProviderID)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("providerID"), "node updates may not change providerID except from \"\" to valid"));
        }
        TaintValidation.Check(updated.Spec.Taints, MetadataPath.Child("taints"), errors);
        if (updated.Spec.ExternalID != old.Spec.ExternalID)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("externalID"), "may not be updated"));
        }
        Check(updated, errors);
    }

    protected override void CheckStatusUpdate(Node updated, Node old, FieldErrors errors)
    {
        for (var i = 0; i < updated.Status.Addresses.Count; i++)
        {
            if (updated.Status.Addresses.Take(i).Contains(updated.Status.Addresses[i]))
            {
                errors.Add(FieldError.DuplicateJson(
                    StatusPath.Child("addresses").Index(i),
                    $"{{\"Type\":{ShownValue.Text(updated.Status.Addresses[i].Type)},\"Address\":{ShownValue.Text(updated.Status.Addresses[i].Address)}}}"));
            }
        }
        CheckUpdate(updated, old, errors);
    }

    private static void CheckAmounts(ValueMap<Quantity> amounts, string field, FieldErrors errors)
    {
        foreach (var (name, amount) in amounts)
        {
            ResourceAmounts.CheckAmount(name, amount, StatusPath, field, errors);
        }
    }
}
