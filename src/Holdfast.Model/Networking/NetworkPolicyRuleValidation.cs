using System.Net;
using Holdfast.Model.Core;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Networking;

/// <summary>Checks what a NetworkPolicy lets in and out, worded as Kubernetes does.</summary>
internal static class NetworkPolicyRuleValidation
{
    public static void CheckPort(NetworkPolicyPort port, FieldPath path, FieldErrors errors)
    {
        if (port.Protocol is { } protocol && protocol is not ("TCP" or "UDP" or "SCTP"))
        {
            errors.Add(FieldError.NotSupported(path.Child("protocol"), protocol, "SCTP", "TCP", "UDP"));
        }
        if (port.Port is { } wanted)
        {
            PortValidation.RequireNumberOrName(wanted, path, "port", errors);
        }
        CheckEnd(port, path.Child("endPort"), errors);
    }

    public static void CheckPeer(NetworkPolicyPeer peer, FieldPath path, FieldErrors errors)
    {
        var hasSelector = peer.PodSelector is not null || peer.NamespaceSelector is not null;
        if (peer.PodSelector is { } pods)
        {
            LabelSelectorValidation.Check(pods, path.Child("podSelector"), errors);
        }
        if (peer.NamespaceSelector is { } namespaces)
        {
            LabelSelectorValidation.Check(namespaces, path.Child("namespaceSelector"), errors);
        }
        if (peer.IpBlock is { } block)
        {
            CheckBlock(block, path.Child("ipBlock"), errors);
        }
        if (!hasSelector && peer.IpBlock is null)
        {
            errors.Add(FieldError.Required(path, "must specify a peer"));
        }
        else if (hasSelector && peer.IpBlock is not null)
        {
            errors.Add(FieldError.Forbidden(path, "may not specify both ipBlock and another peer"));
        }
    }

    private static void CheckEnd(NetworkPolicyPort port, FieldPath path, FieldErrors errors)
    {
        if (port.EndPort is not { } end)
        {
            return;
        }
        switch (port.Port)
        {
            case null:
                errors.Add(FieldError.Invalid(path, (long)end, "may not be specified when `port` is not specified"));
                break;
            case { IsNumber: false }:
                errors.Add(FieldError.Invalid(path, (long)end, "may not be specified when `port` is non-numeric"));
                break;
            case { } begin when end < begin.Number:
                errors.Add(FieldError.Invalid(path, (long)end, "must be greater than or equal to `port`"));
                break;
            default:
                if (end is < 1 or > 65535)
                {
                    errors.Add(FieldError.Invalid(path, (long)end, "must be between 1 and 65535, inclusive"));
                }
                break;
        }
    }

    private static void CheckBlock(IPBlock block, FieldPath path, FieldErrors errors)
    {
        if (block.Cidr.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("cidr")));
            return;
        }
        AddressFormats.RequireRange(block.Cidr, path.Child("cidr"), errors);
        for (var i = 0; i < block.Except.Count; i++)
        {
            var place = path.Child("except").Index(i);
            AddressFormats.RequireRange(block.Except[i], place, errors);
            if (IPNetwork.TryParse(Masked(block.Cidr), out var whole) && IPNetwork.TryParse(Masked(block.Except[i]), out var part)
                && !(whole.Contains(part.BaseAddress) && whole.PrefixLength < part.PrefixLength))
            {
                errors.Add(FieldError.Invalid(place, block.Except[i], "must be a strict subset of `cidr`"));
            }
        }
    }

    /// <summary>A range whose address has no bits beyond its prefix; what cannot be read stays as it is.</summary>
    private static string Masked(string range)
    {
        var slash = range.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(range[..slash], out var address) || !int.TryParse(range.AsSpan(slash + 1), out var bits))
        {
            return range;
        }
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] = (byte)(bytes[i] & (0xff << (8 - kept)));
        }
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
