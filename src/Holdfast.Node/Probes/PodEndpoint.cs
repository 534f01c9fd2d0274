using System.Globalization;
using Holdfast.Model.Values;

namespace Holdfast.Node.Probes;

/// <summary>Where a probe or a hook of a container goes.</summary>
internal static class PodEndpoint
{
    /// <summary>The address an httpGet action asks.</summary>
    public static Uri Http(Core.HTTPGetAction action, Core.Container container, string podAddress)
    {
        var host = action.Host.Length > 0 ? action.Host : podAddress;
        var scheme = action.Scheme.Length > 0 ? action.Scheme.ToLowerInvariant() : "http";
        var path = action.Path.StartsWith('/') ? action.Path : "/" + action.Path;
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{Port(action.Port, container)}{path}"));
    }

    /// <summary>The headers of an httpGet action.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers(Core.HTTPGetAction action) =>
        [.. action.HttpHeaders.Select(header => KeyValuePair.Create(header.Name, header.Value))];

    /// <summary>A port by its number, its name in the container, or its number written as text.</summary>
    /// <exception cref="PodNetworkException">The container has no port of that name.</exception>
    public static int Port(IntOrString port, Core.Container container)
    {
        if (port.IsNumber)
            return port.Number;
        if (container.Ports.FirstOrDefault(each => each.Name == port.Text) is { } named)
            return named.ContainerPortValue;
        return int.TryParse(port.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new PodNetworkException($"container {container.Name} has no port named \"{port.Text}\": name one of its ports, or give a number");
    }
}
