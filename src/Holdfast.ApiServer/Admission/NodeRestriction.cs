using Holdfast.ApiServer.Errors;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission;

/// <summary>A node's agent writes its own Node and Lease and its own pods, and nothing of others.</summary>
internal sealed class NodeRestriction : IAdmissionPlugin
{
    private const string RestrictedPrefix = "node-restriction.kubernetes.io/";

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
            return "";
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
        var (node, old) = ((Node)resource, (Node?)request.Old);
        if (Restricted(node) != Restricted(old ?? Node.Empty))
            return $"node \"{nodeName}\" is not allowed to set or remove labels that begin with {RestrictedPrefix}";
        return old is not null && node.Spec.Taints != old.Spec.Taints ? $"node \"{nodeName}\" is not allowed to modify taints" : "";
    }

    private static ValueMap<string> Restricted(Node node) => node.Metadata.Labels
        .Where(label => label.Key.Contains(RestrictedPrefix, StringComparison.Ordinal)).ToValueMap();
}
