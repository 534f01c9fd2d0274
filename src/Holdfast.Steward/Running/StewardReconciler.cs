using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Roles;

namespace Holdfast.Steward.Running;

/// <summary>
/// Brings one target nearer to what is wanted: looks, has the next step planned, writes down what is about to be done, does it, and looks
/// again. Memory and deed never happen in one run: a deed follows from what was written, so that a Steward that ends anywhere goes on from there.
/// </summary>
internal sealed class StewardReconciler(
    StewardCaches caches, StewardBook book, MemberCaller caller, CallNotes calls, OwnWrites<ResourceKey> writes, IEventRecorder events) : IReconciler<ResourceKey>
{
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (await book.OpenAsync(key, cancellationToken) is not { } page)
        {
            calls.Forget(key);
            return ReconcileResult.Done;
        }
        var step = WorkPlanner.Plan(page.View);
        // What is about to be done rests on what members say at this moment, not on what they said a while ago.
        if (step.Effect is not null && await book.OpenFreshAsync(key, cancellationToken) is { } fresh)
            (page, step) = (fresh, WorkPlanner.Plan(fresh.View));
        var client = writes.ClientFor(key);
        var executor = new StewardExecutor(page.View, client, new MemberActions(page.Reading, page.View, caches.Pods, page.Certificates, caller, calls));
        foreach (var effect in RolePlanner.Plan(page.View))
        {
            if (await executor.ApplyAsync(effect, cancellationToken) is { } failure)
                return failure;
        }
        if (StatusPlanner.Plan(page.View, step) is { } status)
            await client.UpdateStatusAsync(page.View.Steward with { Status = status }, cancellationToken);
        Tell(page.View.Steward, step);
        if (step.Memory is not null)
            return ReconcileResult.RequeueAfter(TimeSpan.Zero);
        if (step.Effect is { } effectOfStep && await executor.ApplyAsync(effectOfStep, cancellationToken) is { } failed)
            return failed;
        return ReconcileResult.RequeueAfter(step.RequeueAfter ?? AtRest);
    }

    private void Tell(StewardResource steward, StewardPlan step)
    {
        foreach (var told in step.Events)
        {
            if (told.IsWarning)
                events.Warning(steward, told.Reason, told.Message);
            else
                events.Normal(steward, told.Reason, told.Message);
        }
    }
}
