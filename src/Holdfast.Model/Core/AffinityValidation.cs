using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for the nodes and pods that a pod wants near it or far from it.</summary>
internal static class AffinityValidation
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    public static void Check(Affinity? affinity, FieldPath path, FieldErrors errors)
    {
        if (affinity?.NodeAffinity is { } nodes)
        {
            CheckNodes(nodes, path.Child("nodeAffinity"), errors);
        }
        if (affinity?.PodAffinity is { } near)
        {
            CheckPods(near.RequiredDuringSchedulingIgnoredDuringExecution, near.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"), errors);
        }
        if (affinity?.PodAntiAffinity is { } far)
        {
            CheckPods(far.RequiredDuringSchedulingIgnoredDuringExecution, far.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"), errors);
        }
    }

    /// <summary>Checks a choice of nodes, as pods and volumes make it.</summary>
    public static void CheckNodeSelector(NodeSelector selector, FieldPath path, FieldErrors errors)
    {
        var terms = path.Child("nodeSelectorTerms");
        if (selector.NodeSelectorTerms.IsEmpty)
        {
            errors.Add(FieldError.Required(terms, "must have at least one node selector term"));
        }
        for (var i = 0; i < selector.NodeSelectorTerms.Count; i++)
        {
            CheckTerm(selector.NodeSelectorTerms[i], checksValues: true, terms.Index(i), errors);
        }
    }

    private static void CheckNodes(NodeAffinity affinity, FieldPath path, FieldErrors errors)
    {
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } selector)
        {
            CheckNodeSelector(selector, path.Child(Required), errors);
        }
        var preferred = affinity.PreferredDuringSchedulingIgnoredDuringExecution;
        for (var i = 0; i < preferred.Count; i++)
        {
            CheckWeight(preferred[i].Weight, path.Child(Preferred).Index(i), errors);
            CheckTerm(preferred[i].Preference, checksValues: false, path.Child(Preferred).Index(i).Child("preference"), errors);
        }
    }

    private static void CheckTerm(NodeSelectorTerm term, bool checksValues, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < term.MatchExpressions.Count; i++)
        {
            CheckExpression(term.MatchExpressions[i], checksValues, path.Child("matchExpressions").Index(i), errors);
        }
        for (var i = 0; i < term.MatchFields.Count; i++)
        {
            CheckField(term.MatchFields[i], path.Child("matchFields").Index(i), errors);
        }
    }

    private static void CheckExpression(NodeSelectorRequirement requirement, bool checksValues, FieldPath path, FieldErrors errors)
    {
        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.IsEmpty)
                {
                    errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
                }
                break;
            case "Exists" or "DoesNotExist":
                if (!requirement.Values.IsEmpty)
                {
                    errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                }
                break;
            case "Gt" or "Lt":
                if (requirement.Values.Count != 1)
                {
                    errors.Add(FieldError.Required(path.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                }
                break;
            default:
                errors.Add(FieldError.Invalid(path.Child("operator"), requirement.Operator, "not a valid selector operator"));
                break;
        }
        errors.RequireFormat(path, "key", requirement.Key, TextFormats.QualifiedName);
        for (var i = 0; checksValues && i < requirement.Values.Count; i++)
        {
            foreach (var problem in TextFormats.LabelValue(requirement.Values[i]))
            {
                errors.Add(FieldError.Invalid(path.Child("values").Index(i), requirement.Values[i], problem));
            }
        }
    }

    private static void CheckField(NodeSelectorRequirement requirement, FieldPath path, FieldErrors errors)
    {
        if (requirement.Operator is not ("In" or "NotIn"))
        {
            errors.Add(FieldError.Invalid(path.Child("operator"), requirement.Operator, "not a valid selector operator"));
        }
        else if (requirement.Values.Count != 1)
        {
            errors.Add(FieldError.Required(path.Child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
        }
        if (requirement.Key != "metadata.name")
        {
            errors.Add(FieldError.Invalid(path.Child("key"), requirement.Key, "not a valid field selector key"));
            return;
        }
        for (var i = 0; i < requirement.Values.Count; i++)
        {
            errors.RequireFormat(path.Child("values").Index(i), requirement.Values[i], TextFormats.Dns1123Subdomain);
        }
    }

    private static void CheckPods(ValueList<PodAffinityTerm> required, ValueList<WeightedPodAffinityTerm> preferred, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < required.Count; i++)
        {
            CheckPodTerm(required[i], path.Child(Required).Index(i), errors);
        }
        for (var i = 0; i < preferred.Count; i++)
        {
            CheckWeight(preferred[i].Weight, path.Child(Preferred).Index(i), errors);
            CheckPodTerm(preferred[i].PodAffinityTerm, path.Child(Preferred).Index(i).Child("podAffinityTerm"), errors);
        }
    }

    private static void CheckPodTerm(PodAffinityTerm term, FieldPath path, FieldErrors errors)
    {
        LabelSelectorValidation.Check(term.LabelSelector, path.Child("labelSelector"), errors);
        LabelSelectorValidation.Check(term.NamespaceSelector, path.Child("namespaceSelector"), errors);
        foreach (var name in term.Namespaces)
        {
            errors.RequireFormat(path, "namespace", name, TextFormats.Dns1123Label);
        }
        CheckLabelKeys(term.MatchLabelKeys, term, path.Child("matchLabelKeys"), errors);
        CheckLabelKeys(term.MismatchLabelKeys, term, path.Child("mismatchLabelKeys"), errors);
        for (var i = 0; i < term.MatchLabelKeys.Count; i++)
        {
            if (term.MismatchLabelKeys.Contains(term.MatchLabelKeys[i]))
            {
                errors.Add(FieldError.Invalid(path.Child("matchLabelKeys").Index(i), term.MatchLabelKeys[i], "exists in both matchLabelKeys and mismatchLabelKeys"));
            }
        }
        errors.Require(path, "topologyKey", term.TopologyKey, "can not be empty");
        errors.RequireFormat(path, "topologyKey", term.TopologyKey, TextFormats.QualifiedName);
    }

    private static void CheckLabelKeys(ValueList<string> keys, PodAffinityTerm term, FieldPath path, FieldErrors errors)
    {
        if (!keys.IsEmpty && term.LabelSelector is null)
        {
            errors.Add(FieldError.Forbidden(path, "must not be specified when labelSelector is not set"));
            return;
        }
        for (var i = 0; i < keys.Count; i++)
        {
            errors.RequireFormat(path.Index(i), keys[i], TextFormats.QualifiedName);
        }
    }

    private static void CheckWeight(int weight, FieldPath path, FieldErrors errors)
    {
        if (weight is <= 0 or > 100)
        {
            errors.Add(FieldError.Invalid(path.Child("weight"), (long)weight, "must be in the range 1-100"));
        }
    }
}
