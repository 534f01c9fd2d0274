using System.Collections.Immutable;
using Holdfast.ApiServer.CustomResources;
using Holdfast.ApiServer.CustomResources.Expressions;
using Holdfast.ApiServer.Security;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Admission;

/// <summary>The plugins in their order; every write passes them all, first to complete, then to refuse.</summary>
/// <param name="plugins">The plugins.</param>
public sealed class AdmissionChain(ImmutableArray<IAdmissionPlugin> plugins)
{
    /// <summary>The plugins that are built in, in Kubernetes' order; addresses come late, when nothing changes the object any more.</summary>
    /// <param name="chance">Draws names.</param>
    /// <param name="authorizer">Says what a writer may do himself, which bounds what he gives to others.</param>
    /// <param name="serviceBlock">The second number of Services' addresses.</param>
    /// <param name="webhooks">Webhooks that change, and webhooks that refuse; empty when none can be reached.</param>
    public static AdmissionChain BuiltIn(IChance chance, IAuthorizer authorizer, byte serviceBlock, ImmutableArray<IAdmissionPlugin> webhooks) => new(
    [
        new NamespaceLifecycle(),
        new CustomResourceLifecycle(),
        new DefinitionExpressions(),
        new NodeRestriction(),
        new ServiceAccountAdmission(chance),
        new PriorityAdmission(),
        new DefaultTolerationSeconds(),
        new StorageObjectProtection(),
        new DefaultStorageClass(),
        new RoleAggregation(),
        new RoleEscalation(authorizer),
        .. webhooks,
        new ServiceAddresses(serviceBlock),
        new ServiceNodePorts(),
        new LeaderFencing(),
    ]);

    /// <summary>Lets every plugin complete the object.</summary>
    /// <param name="request">The write.</param>
    /// <param name="resource">The object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        do
        {
            foreach (var plugin in plugins)
                resource = await plugin.MutateAsync(request, resource, cancellationToken);
        }
        while (request.BeginReinvocation());
        return resource;
    }

    /// <summary>Lets every plugin refuse the write.</summary>
    /// <param name="request">The write.</param>
    /// <param name="resource">The object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        foreach (var plugin in plugins)
            await plugin.ValidateAsync(request, resource, cancellationToken);
    }
}
