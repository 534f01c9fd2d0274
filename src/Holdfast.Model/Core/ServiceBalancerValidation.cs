using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for the balancer before a Service: what may not change once there is one, and what it may report.</summary>
internal static class ServiceBalancerValidation
{
    private static readonly ImmutableArray<string> AddressModes = ["Proxy", "VIP"];

    public static void CheckChange(ServiceSpec updated, ServiceSpec old, FieldPath path, FieldErrors errors)
    {
        if (updated.Type == "LoadBalancer" && old.Type == "LoadBalancer" && updated.LoadBalancerClass != old.LoadBalancerClass)
        {
            errors.Add(FieldError.InvalidJson(path.Child("loadBalancerClass"), ShownValue.Text(updated.LoadBalancerClass), "may not change once set"));
        }
        if (ServiceAllocations.NeedsHealthCheck(updated) && ServiceAllocations.NeedsHealthCheck(old) && updated.HealthCheckNodePort != old.HealthCheckNodePort)
        {
            errors.Add(FieldError.Forbidden(path.Child("healthCheckNodePort"), "field is immutable"));
        }
    }

    public static void CheckStatus(LoadBalancerStatus status, ServiceSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Type != "LoadBalancer")
        {
            if (!status.Ingress.IsEmpty)
            {
                errors.Add(FieldError.Forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'"));
            }
            return;
        }
        for (var i = 0; i < status.Ingress.Count; i++)
        {
            CheckIngress(status.Ingress[i], path.Index(i), errors);
        }
    }

    private static void CheckIngress(LoadBalancerIngress ingress, FieldPath path, FieldErrors errors)
    {
        var hasAddress = ingress.Ip.Length > 0;
        if (hasAddress)
        {
            AddressFormats.RequireAddress(ingress.Ip, path.Child("ip"), errors);
        }
        if (ingress.IpMode is not { } mode)
        {
            if (hasAddress)
            {
                errors.Add(FieldError.Required(path.Child("ipMode"), "must be specified when `ip` is set"));
            }
        }
        else if (!hasAddress)
        {
            errors.Add(FieldError.Forbidden(path.Child("ipMode"), "may not be specified when `ip` is not set"));
        }
        else
        {
            errors.RequireOneOf(path, "ipMode", mode, AddressModes);
        }
        if (ingress.Hostname.Length > 0)
        {
            errors.RequireFormat(path, "hostname", ingress.Hostname, TextFormats.Dns1123Subdomain);
            if (AddressFormats.TryParse(ingress.Hostname, out _))
            {
                errors.Add(FieldError.Invalid(path.Child("hostname"), ingress.Hostname, "must be a DNS name, not an IP address"));
            }
        }
    }
}
