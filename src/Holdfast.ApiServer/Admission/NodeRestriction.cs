using Holdfast.ApiServer.Errors;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission;

/// <summary>A node's agent writes its own Node and Lease and its own pods, and nothing of others.</summary>
internal sealed class NodeRestriction : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "NodeRestriction";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Context.User.NodeName is not { } nodeName)
            return default;
        var problem = request.Served.StoreName switch
        {
            "pods" => PodProblem(request, resource, nodeName),
            "nodes" => NodeProblem(request, resource, nodeName),
            "leases.coordination.k8s.io" => resource is Lease && resource.Metadata.Name != nodeName
                ? "can only access node lease with the same name as the requesting node" : "",
            _ => "",
        };
        return problem.Length == 0 ? default : throw ApiErrors.Forbidden(request.Served.Type, request.Key.Name, problem);
    }

    private static string PodProblem(AdmissionRequest request, IResource resource, string nodeName)
    {
        if (((request.Old ?? resource) as Pod)?.Spec.NodeName == nodeName)
        {
            return request.Subresource == "status" && request.Old?.Metadata.Labels is { } labels && labels != resource.Metadata.Labels
                ? $"node \"{nodeName}\" cannot update labels through pod status" : "";
        }
        return (request.Operation, request.Subresource) switch
        {
            (AdmissionOperation.Delete, _) => $"node \"{nodeName}\" can only delete pods with spec.nodeName set to itself",
            (_, "status") => $"node \"{nodeName}\" can only update pod status for pods with spec.nodeName set to itself",
            (_, "eviction") => $"node \"{nodeName}\" can only evict pods with spec.nodeName set to itself",
            _ => $"node \"{nodeName}\" can only create and change pods with spec.nodeName set to itself",
        };
    }

    private static string NodeProblem(AdmissionRequest request, IResource resource, string nodeName)
    {
        if (resource.Metadata.Name != nodeName)
            return $"node \"{nodeName}\" is not allowed to modify node \"{resource.Metadata.Name}\"";
        var (labels, old) = (resource.Metadata.Labels, (Node?)request.Old);
        // Taken off or changed, a taint would let pods come that are not meant for the node.
        if (old is not null && ((Node)resource).Spec.Taints != old.Spec.Taints)
            return $"node \"{nodeName}\" is not allowed to modify taints";
        var forbidden = string.Join(", ", NodeLabels.Forbidden(labels, old?.Metadata.Labels ?? default));
        if (forbidden.Length == 0)
            return "";
        return old is null ? $"node \"{nodeName}\" is not allowed to set the following labels: {forbidden}" : $"is not allowed to modify labels: {forbidden}";
    }
}
