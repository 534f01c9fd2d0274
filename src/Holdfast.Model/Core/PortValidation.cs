using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for ports.</summary>
internal static class PortValidation
{
    public static readonly ImmutableArray<string> Protocols = ["SCTP", "TCP", "UDP"];

    public static void Check(ValueList<ContainerPort> ports, FieldPath container, FieldErrors errors)
    {
        if (ports.IsEmpty)
        {
            return;
        }
        var path = container.Child("ports");
        for (var i = 0; i < ports.Count; i++)
        {
            CheckPort(ports, i, path.Index(i), errors);
        }
    }

    public static void RequireNumber(int port, FieldPath path, string field, FieldErrors errors)
    {
        if (port is < 1 or > 65535)
        {
            errors.Add(FieldError.Invalid(path.Child(field), (long)port, "must be between 1 and 65535, inclusive"));
        }
    }

    public static void RequireNumberOrName(IntOrString port, FieldPath path, string field, FieldErrors errors)
    {
        if (port.Text is { } name)
        {
            errors.RequireFormat(path, field, name, TextFormats.PortName);
        }
        else
        {
            RequireNumber(port.Number, path, field, errors);
        }
    }

    public static void RequireProtocol(string protocol, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "protocol", protocol))
        {
            errors.RequireOneOf(path, "protocol", protocol, Protocols);
        }
    }

    private static void CheckPort(ValueList<ContainerPort> ports, int index, FieldPath path, FieldErrors errors)
    {
        var port = ports[index];
        if (port.Name.Length > 0)
        {
            var before = errors.Count;
            errors.RequireFormat(path, "name", port.Name, TextFormats.PortName);
            if (errors.Count == before && HasBefore(ports, index, port.Name))
            {
                errors.Add(FieldError.Duplicate(path.Child("name"), port.Name));
            }
        }
        if (port.ContainerPortValue == 0)
        {
            errors.Add(FieldError.Required(path.Child("containerPort")));
        }
        else
        {
            RequireNumber(port.ContainerPortValue, path, "containerPort", errors);
        }
        if (port.HostPort != 0)
        {
            RequireNumber(port.HostPort, path, "hostPort", errors);
        }
        RequireProtocol(port.Protocol, path, errors);
    }

    private static bool HasBefore(ValueList<ContainerPort> ports, int index, string name)
    {
        foreach (var port in ports.AsSpan()[..index])
        {
            if (port.Name == name)
            {
                return true;
            }
        }
        return false;
    }
}
