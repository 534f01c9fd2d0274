using Holdfast.ApiServer.Security.Rbac;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// A ClusterRole that aggregates others shows their rules, whatever is written into it; when another changes, the aggregation controller
/// writes it anew. Decisions never rest on what it shows: they aggregate themselves.
/// </summary>
internal sealed class RoleAggregation : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "RoleAggregation";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken) =>
        resource is ClusterRole { AggregationRule: not null } role && request.Operation != AdmissionOperation.Delete
            ? new(role with { Rules = new RoleBook(request.View).RulesOf(role).ToValueList() })
            : new(resource);
}
