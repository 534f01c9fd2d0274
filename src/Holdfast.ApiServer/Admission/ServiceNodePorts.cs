using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Gives Services that are reached from outside their node ports, out of Kubernetes' range, and those with a health check of their own a
/// port for it. As with addresses the Services themselves are the book of what is taken, and the write depends on none having changed.
/// </summary>
/// <remarks>
/// As in Kubernetes, a number is one Service's whatever the protocol; ports of one Service with the same number but another
/// protocol share theirs, and the lowest 86 are kept for those who ask for a certain one until there is nothing else.
/// </remarks>
internal sealed class ServiceNodePorts : IAdmissionPlugin
{
    private const int First = 30000;
    private const int Last = 32767;
    private const int StaticBand = 86;

    /// <inheritdoc/>
    public string Name => "ServiceNodePorts";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        var isWritten = request.Served.StoreName == "services" && request.Subresource.Length == 0
            && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update;
        if (!isWritten || (Service)resource is not { Spec.Type: "NodePort" or "LoadBalancer" } service)
            return new(resource);
        var book = new Book(request, service);
        for (var i = 0; i < service.Spec.Ports.Count; i++)
            service = service with { Spec = service.Spec with { Ports = service.Spec.Ports.SetItem(i, book.Give(service.Spec, i)) } };
        if (NeedsHealthCheck(service))
            service = service with { Spec = service.Spec with { HealthCheckNodePort = book.GiveHealthCheck(service.Spec.HealthCheckNodePort) } };
        if (book.HasGiven)
            request.Require(new CollectionUnchangedSince("services", null, request.View.Revision));
        return new(service);
    }

    private static bool NeedsHealthCheck(Service service) => service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };

    /// <summary>What is taken, and by whom, while one Service is written.</summary>
    private sealed class Book(AdmissionRequest request, Service written)
    {
        private readonly Service? _old = request.Old as Service;
        private HashSet<int>? _taken;

        /// <summary>Whether a number was given that the Service did not have before.</summary>
        public bool HasGiven { get; private set; }

        private HashSet<int> Taken => _taken ??= [.. request.View.List<Service>(null).SelectMany(NumbersOf)];

        /// <summary>A port with its number: what it asks for, what its twin of another protocol has, or the next that is free.</summary>
        public ServicePort Give(ServiceSpec spec, int index)
        {
            var port = spec.Ports[index];
            var path = FieldPath.Root("spec").Child("ports").Index(index).Child("nodePort");
            if (port.NodePort != 0)
            {
                var isHeld = _old?.Spec.Ports.Any(other => other.NodePort == port.NodePort) == true
                    || spec.Ports.Take(index).Any(other => other.NodePort == port.NodePort);
                if (!isHeld)
                    Claim(port.NodePort, path, "");
                return port;
            }
            if (spec is { Type: "LoadBalancer", AllocateLoadBalancerNodePorts: false })
                return port;
            var twin = _old is null ? spec.Ports.FirstOrDefault(other => other.Port == port.Port && other.Protocol != port.Protocol && other.NodePort != 0) : null;
            return port with { NodePort = twin?.NodePort ?? Next(path) };
        }

        /// <summary>The port of the health check.</summary>
        public int GiveHealthCheck(int wanted)
        {
            var path = FieldPath.Root("spec").Child("healthCheckNodePort");
            if (wanted == 0)
                return Next(path);
            if (_old is null || !NeedsHealthCheck(_old) || _old.Spec.HealthCheckNodePort != wanted)
                Claim(wanted, path, $"failed to allocate requested HealthCheck NodePort {wanted}: ");
            return wanted;
        }

        private void Claim(int number, FieldPath path, string before)
        {
            if (number is < First or > Last)
                throw Refuse(number, path, $"{before}provided port is not in the valid range. The range of valid ports is {First}-{Last}");
            if (!Taken.Add(number))
                throw Refuse(number, path, $"{before}provided port is already allocated");
            HasGiven = true;
        }

        private int Next(FieldPath path)
        {
            for (var step = 0; step <= Last - First; step++)
            {
                var number = First + ((StaticBand + step) % (Last - First + 1));
                if (!Taken.Add(number))
                    continue;
                HasGiven = true;
                return number;
            }
            throw Refuse(0, path, "failed to allocate a nodePort: range is full");
        }

        private Client.ApiException Refuse(int number, FieldPath path, string problem) =>
            ApiErrors.Invalid(Service.ResourceType, written.Metadata.Name, [FieldError.Invalid(path, (long)number, problem)]);

        private static IEnumerable<int> NumbersOf(Service service) =>
            service.Spec.Ports.Select(port => port.NodePort).Append(service.Spec.HealthCheckNodePort).Where(number => number != 0);
    }
}
