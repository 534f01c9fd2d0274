using Holdfast.Client;
using Holdfast.Controllers.Jobs;
using Holdfast.Controllers.Volumes;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Mutants;

/// <summary>A component with a known bug, as far as the API can see it: what it asks for is bent on its way.</summary>
/// <param name="inner">The way to the server.</param>
/// <param name="mutant">The bug.</param>
/// <param name="time">The simulated time.</param>
/// <param name="runner">Runs what the bug does later.</param>
internal sealed class MutantTransport(IApiTransport inner, Mutant mutant, TimeProvider time, ITaskRunner runner) : IApiTransport
{
    private const string Sets = "statefulset-controller";

    // A component's process comes and goes; what its bug has done stays.
    private string _folder = "";

    /// <summary>The transport of a mutant; the same one for those whose bug is elsewhere.</summary>
    public static IApiTransport Around(IApiTransport inner, Mutant mutant, TimeProvider time, ITaskRunner runner) => mutant switch
    {
        Mutant.CreatesBeforeTheOldIsGone or Mutant.ForceDeletesOnSilentNodes or Mutant.CollectsOnAStaleAbsence or Mutant.RemovesFinalizersTooEarly
            or Mutant.DeletesClaimsByName or Mutant.IgnoresObservedGeneration or Mutant.MountsTerminatingClaims or Mutant.SharesVolumes or Mutant.ForgetsPhases
            or Mutant.CountsPodsUnasked => new MutantTransport(inner, mutant, time, runner),
        _ => inner,
    };

    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        switch (mutant, call)
        {
            case (Mutant.CreatesBeforeTheOldIsGone, { Verb: ApiVerb.Delete, Type.Plural: "pods", Component: Sets }):
            case (Mutant.ForceDeletesOnSilentNodes, { Verb: ApiVerb.Delete, Type.Plural: "pods", Component: "taint-eviction-controller" }):
                return await inner.CallAsync(call with { DeleteOptions = (call.DeleteOptions ?? DeleteOptions.Empty) with { GracePeriodSeconds = 0 } }, cancellationToken);
            case (Mutant.CollectsOnAStaleAbsence, { Verb: ApiVerb.Get, Component: "garbage-collector" }):
                throw new ApiException(Status.Empty with { Code = 404, Reason = "NotFound", Message = "not found, as of a while ago" });
            case (Mutant.RemovesFinalizersTooEarly, { Verb: ApiVerb.Update, Body: PersistentVolumeClaim claim, Subresource.Length: 0 }):
                return await inner.CallAsync(call with { Body = Unprotected(claim) }, cancellationToken);
            case (Mutant.DeletesClaimsByName, { Verb: ApiVerb.Delete, Type.Plural: "pods", Component: Sets }):
                _ = runner.Start("late claim deletion", stop => DeleteClaimAsync(call, stop), CancellationToken.None);
                break;
            case (Mutant.IgnoresObservedGeneration, { Verb: ApiVerb.Update, Subresource: "status", Body: StatefulSet set }):
                return await inner.CallAsync(call with { Body = await StampedAsync(set, cancellationToken) }, cancellationToken);
            case (Mutant.SharesVolumes, { Verb: ApiVerb.Create, Body: PersistentVolume volume }):
                _folder = _folder.Length > 0 ? _folder : volume.Spec.Local?.Path ?? "";
                return await inner.CallAsync(call with { Body = volume with { Spec = volume.Spec with { Local = new LocalVolumeSource { Path = _folder } } } }, cancellationToken);
            case (Mutant.ForgetsPhases, { Verb: ApiVerb.Update, Subresource: "status", FieldManager: "kubelet", Body: Pod { Status.Phase: "Running" } pod })
                when pod.Status.ContainerStatuses.All(container => container.State.Running is null):
                return await inner.CallAsync(call with { Body = pod with { Status = pod.Status with { Phase = "Pending" } } }, cancellationToken);
            case (Mutant.MountsTerminatingClaims, { Verb: ApiVerb.Get, Type.Plural: "persistentvolumeclaims", FieldManager: "kubelet" }):
                return Fresh(await inner.CallAsync(call, cancellationToken));
            case (Mutant.CountsPodsUnasked, { Verb: ApiVerb.Get, Type.Plural: "pods", Component: "job-controller" }):
                return Tracked(await inner.CallAsync(call, cancellationToken));
        }
        return await inner.CallAsync(call, cancellationToken);
    }

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, cancellationToken);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, cancellationToken);

    private static PersistentVolumeClaim Unprotected(PersistentVolumeClaim claim) => claim with
    {
        Metadata = claim.Metadata with { Finalizers = claim.Metadata.Finalizers.Where(finalizer => finalizer != VolumeNames.ClaimProtection).ToValueList() },
    };

    private static ApiAnswer Tracked(ApiAnswer answer) => answer.Object is Pod pod && !pod.IsTracked()
        ? answer with { Object = pod with { Metadata = pod.Metadata with { Finalizers = pod.Metadata.Finalizers.Add(JobLabels.TrackingFinalizer) } } }
        : answer;

    private static ApiAnswer Fresh(ApiAnswer answer) => answer.Object is PersistentVolumeClaim claim
        ? answer with { Object = claim with { Metadata = claim.Metadata with { DeletionTimestamp = null } } }
        : answer;

    private async Task DeleteClaimAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await time.DelayAsync(TimeSpan.FromSeconds(20), cancellationToken);
        try
        {
            await new KubernetesClient(inner, Sets).DeleteAsync<PersistentVolumeClaim>(call.Namespace, "data-" + call.Name, null, cancellationToken);
        }
        catch (ApiException)
        {
            // A controller with this bug would only log it.
        }
    }

    private async Task<StatefulSet> StampedAsync(StatefulSet set, CancellationToken cancellationToken)
    {
        var live = await new KubernetesClient(inner, Sets).GetAsync<StatefulSet>(set.Metadata.Namespace, set.Metadata.Name, cancellationToken);
        return live with { Status = set.Status with { ObservedGeneration = live.Metadata.Generation } };
    }
}
