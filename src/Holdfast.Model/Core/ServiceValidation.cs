using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for Services, in Kubernetes' order and words.</summary>
internal static class ServiceValidation
{
    private const int MaxAffinitySeconds = 86400;

    private static readonly ImmutableArray<string> Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    private static readonly ImmutableArray<string> Affinities = ["ClientIP", "None"];
    private static readonly ImmutableArray<string> Policies = ["Cluster", "Local"];

    public static void Check(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Ports.IsEmpty && !IsHeadless(spec) && spec.Type != "ExternalName")
        {
            errors.Add(FieldError.Required(path.Child("ports")));
        }
        CheckType(spec, path, errors);
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            CheckPort(spec.Ports, i, path.Child("ports").Index(i), errors);
        }
        MetadataValidation.CheckLabels(spec.Selector, path.Child("selector"), errors);
        CheckAffinity(spec, path, errors);
        ServiceAddressValidation.Check(spec, path, errors);
        for (var i = 0; i < spec.ExternalIPs.Count; i++)
        {
            AddressFormats.RequireOrdinary(spec.ExternalIPs[i], path.Child("externalIPs").Index(i), errors);
        }
        if (errors.Require(path, "type", spec.Type))
        {
            errors.RequireOneOf(path, "type", spec.Type, Types);
        }
        CheckPortNumbers(spec, path.Child("ports"), errors);
        CheckBalancer(spec, path, errors);
        CheckTraffic(spec, path, errors);
    }

    public static bool IsHeadless(ServiceSpec spec) => spec.ClusterIPs is [.., "None"] && spec.ClusterIPs.Count == 1;

    private static void CheckType(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Type is "LoadBalancer" or "NodePort" && IsHeadless(spec))
        {
            errors.Add(FieldError.Invalid(path.Child("clusterIPs").Index(0), "None", $"may not be set to 'None' for {spec.Type} services"));
        }
        if (spec.Type != "ExternalName")
        {
            return;
        }
        ForbidIf(!spec.ClusterIPs.IsEmpty, "clusterIPs");
        ForbidIf(!spec.IpFamilies.IsEmpty, "ipFamilies");
        ForbidIf(spec.IpFamilyPolicy is not null, "ipFamilyPolicy");
        var name = spec.ExternalName.EndsWith('.') ? spec.ExternalName[..^1] : spec.ExternalName;
        if (errors.Require(path, "externalName", name))
        {
            errors.RequireFormat(path, "externalName", name, TextFormats.Dns1123Subdomain);
        }

        void ForbidIf(bool isSet, string field)
        {
            if (isSet)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), "may not be set for ExternalName services"));
            }
        }
    }

    private static void CheckPort(ValueList<ServicePort> ports, int index, FieldPath path, FieldErrors errors)
    {
        var port = ports[index];
        if (port.Name.Length > 0)
        {
            errors.RequireFormat(path, "name", port.Name, TextFormats.Dns1123Label);
            if (ports.Take(index).Any(other => other.Name == port.Name))
            {
                errors.Add(FieldError.Duplicate(path.Child("name"), port.Name));
            }
        }
        else if (ports.Count > 1)
        {
            errors.Add(FieldError.Required(path.Child("name")));
        }
        PortValidation.RequireNumber(port.Port, path, "port", errors);
        PortValidation.RequireProtocol(port.Protocol, path, errors);
        PortValidation.RequireNumberOrName(port.TargetPort ?? 0, path, "targetPort", errors);
        if (port.AppProtocol is { } application)
        {
            errors.RequireFormat(path, "appProtocol", application, TextFormats.QualifiedName);
        }
    }

    private static void CheckAffinity(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "sessionAffinity", spec.SessionAffinity))
        {
            errors.RequireOneOf(path, "sessionAffinity", spec.SessionAffinity, Affinities);
        }
        var seconds = spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds;
        if (spec.SessionAffinity == "ClientIP" && seconds is <= 0 or > MaxAffinitySeconds)
        {
            errors.Add(FieldError.Invalid(
                path.Child("sessionAffinityConfig").Child("clientIP").Child("timeoutSeconds"), (long)seconds.Value, $"must be greater than 0 and less than {MaxAffinitySeconds}"));
        }
        if (spec is { SessionAffinity: "None", SessionAffinityConfig: not null })
        {
            errors.Add(FieldError.Forbidden(path.Child("sessionAffinityConfig"), "must not be set when session affinity is None"));
        }
    }

    private static void CheckPortNumbers(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var port = spec.Ports[i];
            if (spec.Type == "ClusterIP" && port.NodePort != 0)
            {
                errors.Add(FieldError.Forbidden(path.Index(i).Child("nodePort"), "may not be used when `type` is 'ClusterIP'"));
            }
            if (port.NodePort != 0 && spec.Ports.Take(i).Any(other => other.NodePort == port.NodePort && other.Protocol == port.Protocol))
            {
                errors.Add(FieldError.DuplicateJson(path.Index(i).Child("nodePort"), ShownValue.Number(port.NodePort)));
            }
            if (spec.Ports.Take(i).Any(other => other.Port == port.Port && other.Protocol == port.Protocol))
            {
                var shown = $"{{\"Name\":\"\",\"Protocol\":{ShownValue.Text(port.Protocol)},\"AppProtocol\":null,\"Port\":{port.Port},\"TargetPort\":0,\"NodePort\":0}}";
                errors.Add(FieldError.DuplicateJson(path.Index(i), shown));
            }
        }
    }

    private static void CheckBalancer(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        var isBalancer = spec.Type == "LoadBalancer";
        if (!spec.LoadBalancerSourceRanges.IsEmpty)
        {
            var ranges = path.Child("LoadBalancerSourceRanges");
            if (!isBalancer)
            {
                errors.Add(FieldError.Forbidden(ranges, "may only be used when `type` is 'LoadBalancer'"));
            }
            for (var i = 0; i < spec.LoadBalancerSourceRanges.Count; i++)
            {
                AddressFormats.RequireRange(spec.LoadBalancerSourceRanges[i].Trim(), ranges.Index(i), errors);
            }
        }
        if (!isBalancer && spec.AllocateLoadBalancerNodePorts is not null)
        {
            errors.Add(FieldError.Forbidden(path.Child("allocateLoadBalancerNodePorts"), "may only be used when `type` is 'LoadBalancer'"));
        }
        if (spec.LoadBalancerClass is { } type)
        {
            errors.RequireFormat(path, "loadBalancerClass", type, TextFormats.QualifiedName);
            if (!isBalancer)
            {
                errors.Add(FieldError.Forbidden(path.Child("loadBalancerClass"), "may only be used when `type` is 'LoadBalancer'"));
            }
        }
    }

    private static void CheckTraffic(ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (!ServiceDefaults.IsReachableFromOutside(spec))
        {
            if (spec.ExternalTrafficPolicy.Length > 0)
            {
                errors.Add(FieldError.Invalid(path.Child("externalTrafficPolicy"), spec.ExternalTrafficPolicy, "may only be set for externally-accessible services"));
            }
        }
        else if (errors.Require(path, "externalTrafficPolicy", spec.ExternalTrafficPolicy))
        {
            errors.RequireOneOf(path, "externalTrafficPolicy", spec.ExternalTrafficPolicy, Policies);
        }
        if (!ServiceAllocations.NeedsHealthCheck(spec) && spec.HealthCheckNodePort != 0)
        {
            errors.Add(FieldError.Invalid(
                path.Child("healthCheckNodePort"), (long)spec.HealthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
        }
        if (spec.InternalTrafficPolicy is { } policy)
        {
            errors.RequireOneOf(path, "internalTrafficPolicy", policy, Policies);
        }
        if (spec.TrafficDistribution is { } distribution)
        {
            errors.RequireOneOf(path, "trafficDistribution", distribution, ["PreferClose", "PreferSameNode", "PreferSameZone"]);
        }
    }
}
