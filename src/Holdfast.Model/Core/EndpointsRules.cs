using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Endpoints.</summary>
internal sealed class EndpointsRules : ResourceRules<Endpoints>
{
    public override bool AllowsCreateOnUpdate => true;

    public override Endpoints Default(Endpoints endpoints) => endpoints with
    {
        Subsets = endpoints.Subsets.Rewrite(subset => subset with
        {
            Ports = subset.Ports.Rewrite(port => port.Protocol.Length == 0 ? port with { Protocol = "TCP" } : port),
        }),
    };

    protected override void Check(Endpoints endpoints, FieldErrors errors)
    {
        for (var i = 0; i < endpoints.Subsets.Count; i++)
        {
            CheckSubset(endpoints.Subsets[i], FieldPath.Root("subsets").Index(i), errors);
        }
    }

    // What was stored once may stay as it is.
    protected override void CheckUpdate(Endpoints updated, Endpoints old, FieldErrors errors)
    {
        if (updated.Subsets != old.Subsets)
        {
            Check(updated, errors);
        }
    }

    private static void CheckSubset(EndpointSubset subset, FieldPath path, FieldErrors errors)
    {
        if (subset.Addresses.IsEmpty && subset.NotReadyAddresses.IsEmpty)
        {
            errors.Add(FieldError.Required(path, "must specify `addresses` or `notReadyAddresses`"));
        }
        for (var i = 0; i < subset.Addresses.Count; i++)
        {
            CheckAddress(subset.Addresses[i], path.Child("addresses").Index(i), errors);
        }
        for (var i = 0; i < subset.NotReadyAddresses.Count; i++)
        {
            CheckAddress(subset.NotReadyAddresses[i], path.Child("notReadyAddresses").Index(i), errors);
        }
        for (var i = 0; i < subset.Ports.Count; i++)
        {
            CheckPort(subset.Ports[i], subset.Ports.Count > 1, path.Child("ports").Index(i), errors);
        }
    }

    private static void CheckAddress(EndpointAddress address, FieldPath path, FieldErrors errors)
    {
        // Not as upstream: pods have loopback addresses where all nodes are one machine.
        AddressFormats.RequireAddress(address.Ip, path.Child("ip"), errors);
        if (address.Hostname.Length > 0)
        {
            errors.RequireFormat(path, "hostname", address.Hostname, TextFormats.Dns1123Label);
        }
        if (address.NodeName is { } node)
        {
            errors.RequireFormat(path, "nodeName", node, TextFormats.Dns1123Subdomain);
        }
    }

    private static void CheckPort(EndpointPort port, bool needsName, FieldPath path, FieldErrors errors)
    {
        if (port.Name.Length > 0)
        {
            errors.RequireFormat(path, "name", port.Name, TextFormats.Dns1123Label);
        }
        else if (needsName)
        {
            errors.Add(FieldError.Required(path.Child("name")));
        }
        PortValidation.RequireNumber(port.Port, path, "port", errors);
        PortValidation.RequireProtocol(port.Protocol, path, errors);
        if (port.AppProtocol is { } application)
        {
            errors.RequireFormat(path, "appProtocol", application, TextFormats.QualifiedName);
        }
    }
}
