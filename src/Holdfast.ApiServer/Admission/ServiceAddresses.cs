using System.Net;
using System.Net.Sockets;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Gives Services their cluster addresses, out of a /16 of 127.0.0.0/8. The Services themselves are the book of what is taken:
/// the write depends on none having changed since, so no address is given twice.
/// </summary>
/// <remarks>
/// As in Kubernetes, the lowest 256 addresses are kept for those who ask for a certain one, and given out only when
/// there is nothing else.
/// </remarks>
/// <param name="block">The second number of the addresses.</param>
internal sealed class ServiceAddresses(byte block) : IAdmissionPlugin
{
    private const uint StaticBand = 256;
    private const uint Size = 1u << 16;

    /// <inheritdoc/>
    public string Name => "ServiceAddresses";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        var isWritten = request.Served.StoreName == "services" && request.Subresource.Length == 0
            && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update;
        if (!isWritten)
            return new(resource);
        var service = (Service)resource;
        if (service.Spec.Type == "ExternalName")
            return new(service);
        var wanted = service.Spec.ClusterIP.Length > 0 ? service.Spec.ClusterIP : service.Spec.ClusterIPs.FirstOrDefault("");
        var held = (request.Old as Service)?.Spec.ClusterIP ?? "";
        if (wanted == "None" || (wanted.Length > 0 && wanted == held))
            return new(With(service, wanted));
        if (wanted.Length == 0 && held.Length > 0)
            return new(With(service, held));
        var address = Allocate(request, service, wanted);
        request.Require(new CollectionUnchangedSince("services", null, request.View.Revision));
        return new(With(service, address));
    }

    private static Service With(Service service, string address) => service with
    {
        Spec = service.Spec with
        {
            ClusterIP = address,
            ClusterIPs = service.Spec.ClusterIPs.IsEmpty ? [address] : service.Spec.ClusterIPs,
            IpFamilies = service.Spec.IpFamilies.IsEmpty ? ["IPv4"] : service.Spec.IpFamilies,
            IpFamilyPolicy = service.Spec.IpFamilyPolicy ?? "SingleStack",
        },
    };

    private string Allocate(AdmissionRequest request, Service service, string wanted)
    {
        var taken = request.View.List<Service>(null).Select(each => each.Spec.ClusterIP).ToHashSet(StringComparer.Ordinal);
        if (wanted.Length > 0)
        {
            // What is no address at all is refused by validation, with everything else that is wrong.
            if (!IPAddress.TryParse(wanted, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork)
                return wanted;
            if (!IsOurs(parsed))
                throw Refuse(service, wanted, $"failed to allocate IP {wanted}: the provided network does not match the current range");
            return taken.Contains(wanted)
                ? throw Refuse(service, wanted, $"failed to allocate IP {wanted}: provided IP is already allocated")
                : wanted;
        }
        for (uint step = 0; step < Size - 2; step++)
        {
            var offset = StaticBand + step < Size - 1 ? StaticBand + step : StaticBand + step - (Size - 2);
            var address = Text(offset);
            if (!taken.Contains(address))
                return address;
        }
        throw ApiErrors.Internal("failed to allocate a serviceIP: range is full");
    }

    private bool IsOurs(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && bytes[0] == 127 && bytes[1] == block;
    }

    private string Text(uint offset) => $"127.{block}.{offset >> 8}.{offset & 0xff}";

    private static Client.ApiException Refuse(Service service, string wanted, string problem) =>
        ApiErrors.Invalid(Service.ResourceType, service.Metadata.Name, [new FieldError(FieldErrorType.FieldValueInvalid,
            "spec.clusterIPs", $"Invalid value: [\"{wanted}\"]: {problem}")]);
}
