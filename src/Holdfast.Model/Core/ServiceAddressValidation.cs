using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for a Service's addresses and their families, alone and as they change.</summary>
internal static class ServiceAddressValidation
{
    private static readonly ImmutableArray<string> Families = ["IPv4", "IPv6"];
    private static readonly ImmutableArray<string> FamilyPolicies = ["PreferDualStack", "RequireDualStack", "SingleStack"];

    public static void Check(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Type == "ExternalName")
        {
            return;
        }
        CheckAgreement(spec, path.Child("clusterIPs"), errors);
        for (var i = 0; i < spec.IpFamilies.Count; i++)
        {
            var at = path.Child("ipFamilies").Index(i);
            if (!Families.Contains(spec.IpFamilies[i]))
            {
                errors.Add(FieldError.NotSupported(at, spec.IpFamilies[i], Families));
            }
            if (spec.IpFamilies.Take(i).Contains(spec.IpFamilies[i]))
            {
                errors.Add(FieldError.Duplicate(at, spec.IpFamilies[i]));
            }
        }
        if (spec.IpFamilyPolicy is { } policy)
        {
            errors.RequireOneOf(path, "ipFamilyPolicy", policy, FamilyPolicies);
        }
        CheckAddresses(spec, path.Child("clusterIPs"), errors);
    }

    public static void CheckChange(ServiceSpec updated, ServiceSpec old, FieldPath path, FieldErrors errors)
    {
        if (updated.Type == "ExternalName" || old.Type == "ExternalName" || (ServiceValidation.IsHeadless(updated) && ServiceValidation.IsHeadless(old)))
        {
            return;
        }
        var addresses = path.Child("clusterIPs");
        if (updated.ClusterIPs.IsEmpty && !old.ClusterIPs.IsEmpty)
        {
            errors.Add(FieldError.InvalidJson(addresses.Index(0), ShownValue.Texts(updated.ClusterIPs), "primary clusterIP can not be unset"));
        }
        var compared = updated.ClusterIPs.Count == old.ClusterIPs.Count ? old.ClusterIPs.Count : Math.Min(1, Math.Min(updated.ClusterIPs.Count, old.ClusterIPs.Count));
        for (var i = 0; i < compared; i++)
        {
            if (updated.ClusterIPs[i] != old.ClusterIPs[i])
            {
                errors.Add(FieldError.InvalidJson(addresses.Index(i), ShownValue.Texts(updated.ClusterIPs), "may not change once set"));
            }
        }
        if (!ServiceValidation.IsHeadless(updated) && !ServiceValidation.IsHeadless(old)
            && !updated.IpFamilies.IsEmpty && !old.IpFamilies.IsEmpty && updated.IpFamilies[0] != old.IpFamilies[0])
        {
            errors.Add(FieldError.InvalidJson(path.Child("ipFamilies").Index(0), ShownValue.Texts(updated.IpFamilies), "may not change once set"));
        }
    }

    private static void CheckAgreement(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.ClusterIP.Length == 0)
        {
            if (!spec.ClusterIPs.IsEmpty)
            {
                errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(spec.ClusterIPs), "must be empty when `clusterIP` is not specified"));
            }
        }
        else if (spec.ClusterIPs.IsEmpty)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (spec.ClusterIPs[0] != spec.ClusterIP)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(spec.ClusterIPs), "first value must match `clusterIP`"));
        }
    }

    private static void CheckAddresses(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < spec.ClusterIPs.Count; i++)
        {
            if (i > 0 || spec.ClusterIPs[i] != "None")
            {
                AddressFormats.RequireAddress(spec.ClusterIPs[i], path.Index(i), errors);
            }
            else if (spec.ClusterIPs.Count > 1)
            {
                errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(spec.ClusterIPs), "'None' must be the first and only value"));
            }
        }
        if (spec.ClusterIPs.Count > 2)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(spec.ClusterIPs), "may only hold up to 2 values"));
        }
        for (var i = 0; i < Math.Min(spec.ClusterIPs.Count, spec.IpFamilies.Count); i++)
        {
            var isVersion6 = spec.ClusterIPs[i].Contains(':', StringComparison.Ordinal);
            if (spec.ClusterIPs[i] != "None" && isVersion6 != (spec.IpFamilies[i] == "IPv6"))
            {
                errors.Add(FieldError.Invalid(path.Index(i), spec.ClusterIPs[i], $"expected an {spec.IpFamilies[i]} value as indicated by `ipFamilies[{i}]`"));
            }
        }
    }
}
