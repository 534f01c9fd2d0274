using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Discovery;

/// <summary>The rules of EndpointSlices.</summary>
internal sealed class EndpointSliceRules : ResourceRules<EndpointSlice>
{
    private const int MaxEndpoints = 1000;
    private const int MaxAddresses = 100;
    private const int MaxPorts = 20000;
    private const int MaxHints = 8;
    private const int MaxTopologyLabels = 16;

    private static readonly ImmutableArray<string> AddressTypes = ["FQDN", "IPv4", "IPv6"];
    private static readonly ImmutableArray<string> Protocols = ["SCTP", "TCP", "UDP"];

    public override bool HasGeneration => true;

    public override EndpointSlice Default(EndpointSlice slice) => slice with
    {
        Ports = slice.Ports.Rewrite(port => port with { Name = port.Name ?? "", Protocol = port.Protocol ?? "TCP" }),
    };

    /// <summary>Everything but metadata counts, and the labels: they name the Service.</summary>
    public override bool RaisesGeneration(EndpointSlice updated, EndpointSlice old) =>
        updated.Endpoints != old.Endpoints || updated.Ports != old.Ports || updated.AddressType != old.AddressType
        || updated.Metadata.Labels != old.Metadata.Labels;

    protected override void Check(EndpointSlice slice, FieldErrors errors)
    {
        CheckAddressType(slice.AddressType, errors);
        var endpoints = FieldPath.Root("endpoints");
        if (slice.Endpoints.Count > MaxEndpoints)
        {
            errors.Add(FieldError.TooMany(endpoints, slice.Endpoints.Count, MaxEndpoints));
        }
        else
        {
            for (var i = 0; i < slice.Endpoints.Count; i++)
            {
                CheckEndpoint(slice.Endpoints[i], slice.AddressType, endpoints.Index(i), errors);
            }
        }
        CheckPorts(slice.Ports, FieldPath.Root("ports"), errors);
    }

    protected override void CheckUpdate(EndpointSlice updated, EndpointSlice old, FieldErrors errors)
    {
        Check(updated, errors);
        errors.RequireUnchanged(FieldPath.Root("addressType"), updated.AddressType, old.AddressType);
    }

    private static void CheckAddressType(string type, FieldErrors errors)
    {
        var path = FieldPath.Root("addressType");
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else if (!AddressTypes.Contains(type))
        {
            errors.Add(FieldError.NotSupported(path, type, AddressTypes));
        }
    }

    private static void CheckEndpoint(Endpoint endpoint, string type, FieldPath path, FieldErrors errors)
    {
        if (endpoint.Addresses.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("addresses"), "must contain at least 1 address"));
        }
        else if (endpoint.Addresses.Count > MaxAddresses)
        {
            errors.Add(FieldError.TooMany(path.Child("addresses"), endpoint.Addresses.Count, MaxAddresses));
        }
        for (var i = 0; i < endpoint.Addresses.Count; i++)
        {
            switch (type)
            {
                case "IPv4" or "IPv6":
                    AddressFormats.RequireAddress(endpoint.Addresses[i], type == "IPv4", path.Child("addresses").Index(i), errors);
                    break;
                case "FQDN":
                    CheckDomain(endpoint.Addresses[i], path.Child("addresses").Index(i), errors);
                    break;
                default:
                    break;
            }
        }
        if (endpoint.NodeName is { } node)
        {
            errors.RequireFormat(path, "nodeName", node, TextFormats.Dns1123Subdomain);
        }
        if (endpoint.DeprecatedTopology.Count > MaxTopologyLabels)
        {
            errors.Add(FieldError.TooMany(path.Child("deprecatedTopology"), endpoint.DeprecatedTopology.Count, MaxTopologyLabels));
        }
        MetadataValidation.CheckLabels(endpoint.DeprecatedTopology, path.Child("deprecatedTopology"), errors);
        if (endpoint.Hostname is { } host)
        {
            errors.RequireFormat(path, "hostname", host, TextFormats.Dns1123Label);
        }
        if (endpoint.Hints is { } hints)
        {
            CheckHints([.. hints.ForZones.Select(zone => zone.Name)], TextFormats.LabelValue, path.Child("hints").Child("forZones"), errors);
            CheckHints([.. hints.ForNodes.Select(node => node.Name)], TextFormats.Dns1123Subdomain, path.Child("hints").Child("forNodes"), errors);
        }
    }

    private static void CheckHints(ImmutableArray<string> names, TextFormat format, FieldPath path, FieldErrors errors)
    {
        if (names.Length > MaxHints)
        {
            errors.Add(FieldError.TooMany(path, names.Length, MaxHints));
            return;
        }
        for (var i = 0; i < names.Length; i++)
        {
            if (names.IndexOf(names[i]) < i)
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), names[i]));
            }
            errors.RequireFormat(path.Index(i), "name", names[i], format);
        }
    }

    // A name of a machine in full: at least two labels, and perhaps the root's dot.
    private static void CheckDomain(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        var domain = name.EndsWith('.') ? name[..^1] : name;
        var problems = TextFormats.Dns1123Subdomain(domain);
        if (problems.Length > 0)
        {
            errors.Add(FieldError.Invalid(path, domain, string.Join(",", problems)));
        }
        else if (!domain.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path, domain, "should be a domain with at least two segments separated by dots"));
        }
        else
        {
            foreach (var label in domain.Split('.').Where(label => TextFormats.Dns1123Label(label).Length > 0))
            {
                errors.Add(FieldError.Invalid(path, label, string.Join(",", TextFormats.Dns1123Label(label))));
            }
        }
    }

    private static void CheckPorts(ValueList<EndpointPort> ports, FieldPath path, FieldErrors errors)
    {
        if (ports.Count > MaxPorts)
        {
            errors.Add(FieldError.TooMany(path, ports.Count, MaxPorts));
            return;
        }
        for (var i = 0; i < ports.Count; i++)
        {
            var port = ports[i];
            if (!string.IsNullOrEmpty(port.Name))
            {
                errors.RequireFormat(path.Index(i), "name", port.Name, TextFormats.Dns1123Label);
            }
            if (ports.Take(i).Any(other => other.Name == port.Name))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), port.Name ?? ""));
            }
            if (port.Protocol is null)
            {
                errors.Add(FieldError.Required(path.Index(i).Child("protocol")));
            }
            else
            {
                errors.RequireOneOf(path.Index(i), "protocol", port.Protocol, Protocols);
            }
            if (port.AppProtocol is { } application)
            {
                errors.RequireFormat(path.Index(i), "appProtocol", application, TextFormats.QualifiedName);
            }
        }
    }
}
