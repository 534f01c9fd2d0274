using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Coordination;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// A write that depends on a leadership takes place only while the lease names that holder with that term, at the commit itself: a leader that was
/// paused, cut off or deposed in between cannot write any more (T7).
/// </summary>
internal sealed class LeaderFencing : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "LeaderFencing";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Context.Fence is not { } fence)
            return default;
        if (request.View.FindEntry<Lease>(fence.Lease.Namespace, fence.Lease.Name) is not { } entry || !IsHeld(entry, fence))
        {
            throw ApiErrors.Conflict(request.Served.Type.Group, request.Served.Type.Plural, request.Key.Name,
                $"{fence.Holder} no longer holds the lease {fence.Lease} with term {fence.Term}, so its write was not done");
        }
        request.Require(new KeySatisfies(entry.Key, stored => IsHeld(stored, fence)));
        return default;
    }

    private static bool IsHeld(Entry entry, Fence fence)
    {
        var spec = ClusterView.Typed<Lease>(entry).Spec;
        return spec.HolderIdentity == fence.Holder && spec.LeaseTransitions == fence.Term;
    }
}
