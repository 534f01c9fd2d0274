using System.Globalization;
using System.Net;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Where a webhook is reached: the address that messages name, and, for a Service, one of its ready pods.</summary>
internal static class WebhookAddress
{
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const int HttpsPort = 443;

    /// <summary>The address with its path and query.</summary>
    public static Uri Of(Webhook hook)
    {
        var seconds = hook.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        if (hook.Client.Service is not { } service)
            return new Uri($"{hook.Client.Url}?timeout={seconds}s");
        var path = (service.Path ?? "").TrimStart('/');
        return new Uri($"https://{service.Name}.{service.Namespace}.svc:{service.Port ?? HttpsPort}/{path}?timeout={seconds}s");
    }

    /// <summary>The address as messages show it: with its port, when it is a Service's.</summary>
    public static string Shown(Webhook hook, Uri address) => hook.Client.Service is { } service
        ? $"https://{address.Host}:{service.Port ?? HttpsPort}{address.PathAndQuery}"
        : address.AbsoluteUri;

    /// <summary>A ready address behind the webhook's Service; null when it is reached by its URL.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static IPEndPoint? Target(Webhook hook, ClusterView view, IChance chance)
    {
        if (hook.Client.Service is not { } reference)
            return null;
        var port = reference.Port ?? HttpsPort;
        var service = view.Find<Service>(reference.Namespace, reference.Name) ?? throw new IOException($"service \"{reference.Name}\" not found");
        var wanted = service.Spec.Ports.FirstOrDefault(each => each.Port == port)
            ?? throw new IOException($"no service port {port} found for service \"{reference.Name}\"");
        var ready = Ready(view, reference, wanted).ToList();
        return ready.Count > 0 ? ready[chance.Next(ready.Count)] : throw new IOException($"no endpoints available for service \"{reference.Name}\"");
    }

    private static IEnumerable<IPEndPoint> Ready(ClusterView view, ServiceReference reference, ServicePort wanted) =>
        from slice in view.List<EndpointSlice>(reference.Namespace)
        where slice.Metadata.Labels.GetValueOrDefault(ServiceLabel) == reference.Name
        from port in slice.Ports
        where (port.Name ?? "") == wanted.Name && port.Port is not null
        from endpoint in slice.Endpoints
        where endpoint.Conditions.Ready ?? true
        from address in endpoint.Addresses
        where IPAddress.TryParse(address, out _)
        select new IPEndPoint(IPAddress.Parse(address), port.Port!.Value);
}
