using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;

namespace Holdfast.Steward.Running;

/// <summary>
/// Brings one target nearer to what is wanted: looks, has the next step planned, writes down what is about to be done, does it, and looks
/// again. Memory and deed never happen in one run: a deed follows from what was written, so that a Steward that ends anywhere goes on from there.
/// </summary>
internal sealed class StewardReconciler(
    StewardCaches caches, StewardBook book, TargetNotes notes, MemberCaller caller, OwnWrites<ResourceKey> writes, IEventRecorder events, StewardMetrics metrics) : IReconciler<ResourceKey>
{
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (await book.OpenAsync(key, cancellationToken) is not { } page)
        {
            notes.Forget(key);
            metrics.Forget(key);
            await RoleLabels.EndAsync(caches, writes.ClientFor(key), key.Namespace, cancellationToken);
            return ReconcileResult.Done;
        }
        // Labels before anything that has to wait for somebody: clients find the leader by them.
        var client = writes.ClientFor(key);
        var upkeep = Upkeep.Plan(page.View);
        foreach (var effect in upkeep.Effects)
        {
            if (await Executor(page, client).ApplyAsync(effect, cancellationToken) is { } failure)
                return failure;
        }
        if (await notes.LookAsync(page.View, cancellationToken) && await book.OpenAsync(key, cancellationToken) is { } noted)
            page = noted;
        var step = WorkPlanner.Plan(page.View);
        // What is about to be done rests on what members say at this moment, not on what they said a while ago.
        if (step.Effect is not null && await book.OpenFreshAsync(key, cancellationToken) is { } fresh)
            (page, step) = (fresh, WorkPlanner.PlanFresh(fresh.Shown, fresh.View));
        var status = StatusPlanner.Plan(page.Shown, step);
        if (status != page.View.Steward.Status)
            await client.UpdateStatusAsync(page.View.Steward with { Status = status }, cancellationToken);
        metrics.Look(page.View.Steward, status);
        metrics.Wrote(page.View.Memory, StewardMemory.Of(status));
        foreach (var told in notes.Standing.New(key, upkeep.Events).Concat(step.Events))
            Tell(page.View.Steward, told);
        if (step.Memory is not null)
            return ReconcileResult.RequeueAfter(TimeSpan.Zero);
        if (step.Effect is { } deed && await Executor(page, client).ApplyAsync(deed, cancellationToken) is { } failed)
            return failed;
        // However long it takes until something is due: what nobody looks at does not count as watched.
        return ReconcileResult.RequeueAfter(step.RequeueAfter is { } after && after < AtRest ? after : AtRest);
    }

    private StewardExecutor Executor(StewardPage page, KubernetesClient client) =>
        new(page.View, client, new MemberActions(page.Reading, page.View, caches.Pods, page.Certificates, caller, notes.Calls));

    private void Tell(StewardResource steward, StewardEvent told)
    {
        if (told.IsWarning)
            events.Warning(steward, told.Reason, told.Message);
        else
            events.Normal(steward, told.Reason, told.Message);
    }
}
