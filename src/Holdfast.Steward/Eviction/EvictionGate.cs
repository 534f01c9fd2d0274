using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.Events;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using Holdfast.Platform;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Reporting;
using Holdfast.Steward.Running;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Eviction;

/// <summary>
/// Answers the API server's question whether a pod may go. Members are asked anew first. A yes is given only after it was written into the
/// Steward's status on top of what was read: whoever else wanted something in that moment comes second (T2).
/// </summary>
internal sealed class EvictionGate(
    StewardCaches caches, StewardBook book, EvictionNotes notes, KubernetesClient client, IEventRecorder events, StewardMetrics metrics, TimeProvider time)
{
    private const int MaximumOverrides = 10;

    private const string OutOfService = "node.kubernetes.io/out-of-service";

    private const int Attempts = 10;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>Answers.</summary>
    public async Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, CancellationToken cancellationToken)
    {
        // A pod that is gone or was made by nobody's set is nobody's member. That is asked of the server: a cache may not have been filled yet, or not have it yet.
        if (await client.FindAsync<Pod>(question.Namespace, question.Name, cancellationToken) is not { } pod || (SetOf(pod) ?? LeftMembers.SetOf(pod)) is not { } set)
            return AdmissionAnswer.Allowed;
        var warnings = ImmutableArray<string>.Empty;
        foreach (var steward in await StewardsOfAsync(question.Namespace, set, cancellationToken))
        {
            var answer = await AnswerAsync(question, pod, steward, cancellationToken);
            if (!answer.IsAllowed)
                return answer;
            warnings = [.. warnings, .. answer.Warnings];
        }
        return AdmissionAnswer.Allowed with { Warnings = warnings };
    }

    private async Task<List<ResourceKey>> StewardsOfAsync(string namespaceName, string set, CancellationToken cancellationToken)
    {
        var stewards = await client.ListAsync<StewardResource>(new ListQuery { Namespace = namespaceName }, cancellationToken);
        return [.. stewards.Items.Where(steward => steward.Metadata.DeletionTimestamp is null && steward.Spec.TargetRef.Name == set).Select(steward => ResourceKey.Of(steward))];
    }

    private async Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, Pod pod, ResourceKey key, CancellationToken cancellationToken)
    {
        if (question is { Operation: "DELETE" } && question.Annotation(StewardNames.OverrideAnnotation) is { Length: > 0 })
            return await RecordAsync(question, key, cancellationToken);
        if (await book.OpenFreshAsync(key, cancellationToken) is not { } page)
            return AdmissionAnswer.Later($"Steward {key.Name} was not seen here yet; ask again", Soon);
        if (await WithoutSetAsync(page, pod, cancellationToken) is { } settled)
            return settled;
        if (page.View.Observation.Find(question.Name)?.Pod?.Uid != pod.Metadata.Uid)
            return AdmissionAnswer.Later($"{question.Name} was made anew, and was not seen here yet; ask again", Soon);
        var answer = EvictionPlanner.Answer(page.View, Request(question, page));
        // So does a namespace; it takes pods before their sets, and would wait for ever for members that may not be lost.
        if (!answer.IsAllowed && question.Operation == "DELETE" && await IsNamespaceGoingAsync(question.Namespace, cancellationToken))
            return AdmissionAnswer.Allowed;
        if (answer.Status == 429 && !question.IsDryRun)
            notes.Note(key, new EvictionAsk(question.Name, pod.Metadata.Uid));
        if (!await RememberAsync(page.View.Steward, answer, cancellationToken))
            return AdmissionAnswer.Later($"Steward {key.Name} is just at something else; ask again", TimeSpan.FromSeconds(1));
        foreach (var told in answer.Events)
            Tell(page.View.Steward, told);
        metrics.Answered(answer switch { { Override: not null } => "overridden", { IsAllowed: true } => "allowed", { Status: 403 } => "forbidden", _ => "later" });
        return Answered(question, key.Name, answer);
    }

    /// <summary>
    /// What follows from the set alone; null when the kernel is asked. A set that goes takes its members with it: that was asked for where it was deleted. One that was
    /// to leave them takes its reference off them before it goes, and they are members as before; so whether it is still there is looked at again after the set.
    /// </summary>
    private async Task<AdmissionAnswer?> WithoutSetAsync(StewardPage page, Pod pod, CancellationToken cancellationToken)
    {
        var (seen, steward) = (page.View.Observation.Set, page.View.Steward);
        if (seen is { Metadata.DeletionTimestamp: null } && (SetOf(pod) is null || OwnerOf(pod) == seen.Metadata.Uid))
            return null;
        var there = await client.FindAsync<StatefulSet>(pod.Metadata.Namespace, steward.Spec.TargetRef.Name, cancellationToken);
        if (SetOf(pod) is null)
            return there is not null && seen is null ? AdmissionAnswer.Later($"the set of Steward {steward.Metadata.Name} was not seen here yet; ask again", Soon) : null;
        if (there is not null && there.Metadata.Uid == OwnerOf(pod))
        {
            return there.Metadata.DeletionTimestamp is null ? AdmissionAnswer.Later($"the set of Steward {steward.Metadata.Name} was not seen here yet; ask again", Soon)
                : !LeftMembers.AreLeftBy(there) ? AdmissionAnswer.Allowed
                : seen is null ? AdmissionAnswer.Later($"StatefulSet {there.Metadata.Name} is about to leave its pods; ask again", Soon)
                : null;
        }
        return await client.FindAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, cancellationToken) is { } still && still.Metadata.Uid == pod.Metadata.Uid && SetOf(still) is null
            ? AdmissionAnswer.Later($"the set of {pod.Metadata.Name} has only just left it; ask again", Soon)
            : AdmissionAnswer.Allowed;
    }

    /// <summary>What the API server is told.</summary>
    internal static AdmissionAnswer Answered(AdmissionQuestion question, string steward, EvictionAnswer answer) => answer switch
    {
        { IsAllowed: true } => AdmissionAnswer.Allowed with { Warnings = [.. answer.Events.Where(told => told.IsWarning).Select(told => told.Message)] },
        { Status: 403 } => AdmissionAnswer.Forbidden(answer.Message),
        _ => AdmissionAnswer.Later($"{answer.Message} (Steward {steward})", RetryAfter(question, answer)),
    };

    // As with a budget's refusal: told when to ask again, client libraries do so silently, up to ten times, and nobody reads the reason meanwhile; who drains a node asks
    // again by himself. Who deletes a pod does not, and would have to be told to for a hand-over that is done in a moment.
    private static TimeSpan? RetryAfter(AdmissionQuestion question, EvictionAnswer answer) => question.Operation == "DELETE" && answer.IsPassing ? Soon : null;

    // The word was said on the pod itself, which lets it go whatever the Steward finds out: what can be known is put on record, and nothing of it is waited for.
    private async Task<AdmissionAnswer> RecordAsync(AdmissionQuestion question, ResourceKey key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await book.OpenAsync(key, cancellationToken) is not { } page || page.View.Observation.Find(question.Name) is null)
                return AdmissionAnswer.Allowed;
            var answer = EvictionPlanner.Answer(page.View, Request(question, page));
            if (!await RememberAsync(page.View.Steward, answer, cancellationToken))
            {
                // The caches show in a moment what the other one wrote.
                await time.DelayAsync(Moment, cancellationToken);
                continue;
            }
            foreach (var told in answer.Events)
                Tell(page.View.Steward, told);
            metrics.Answered("overridden");
            return AdmissionAnswer.Allowed with { Warnings = [.. answer.Events.Select(told => told.Message)] };
        }
        return AdmissionAnswer.Allowed with { Warnings = [$"{question.Name} goes by its override, which could not be put on record: Steward {key.Name} is changed too often just now"] };
    }

    private EvictionRequest Request(AdmissionQuestion question, StewardPage page)
    {
        var options = question.Subresource == "eviction" ? question.Object?["deleteOptions"] : question.Options;
        var pod = caches.Pods.Find(question.Namespace, question.Name);
        var said = question.Annotation(StewardNames.OverrideAnnotation) ?? page.View.Observation.Find(question.Name)?.Pod?.Override ?? "";
        return new EvictionRequest(
            question.Name, AdmissionReview.Text(options?["preconditions"]?["uid"]) ?? "", question.User, AdmissionReview.Number(options?["gracePeriodSeconds"]) == 0,
            pod is not null && IsNodeGone(pod), question.IsDryRun, said)
        {
            IsEviction = question.Subresource == "eviction",
        };
    }

    // Who may not read namespaces does not know of it, and says no as before.
    private async Task<bool> IsNamespaceGoingAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindAsync<Namespace>("", name, cancellationToken) is { Metadata.DeletionTimestamp: not null };
        }
        catch (ApiException error) when (error.Code == 403)
        {
            return false;
        }
    }

    // Evidence that nothing runs there any more: its Node is gone, or somebody who knows has said that it is out of service.
    private bool IsNodeGone(Pod pod) => pod.Spec.NodeName.Length > 0
        && (caches.Nodes.Find("", pod.Spec.NodeName) is not { } node || node.Spec.Taints.Any(taint => taint.Key == OutOfService));

    /// <summary>Writes what was decided on top of what was read; false when somebody else was quicker.</summary>
    private async Task<bool> RememberAsync(StewardResource steward, EvictionAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Memory is null && answer.Override is null)
            return true;
        var status = answer.Memory?.In(steward.Status) ?? steward.Status;
        if (answer.Override is { } note)
            status = status with { Overrides = status.Overrides.Append(note).TakeLast(MaximumOverrides).ToValueList() };
        try
        {
            await client.UpdateStatusAsync(steward with { Status = status }, cancellationToken);
            return true;
        }
        catch (ApiException error) when (error.IsConflict)
        {
            return false;
        }
    }

    private void Tell(StewardResource steward, StewardEvent told)
    {
        if (told.IsWarning)
            events.Warning(steward, told.Reason, told.Message);
        else
            events.Normal(steward, told.Reason, told.Message);
    }

    private static string? SetOf(Pod pod) => ControllerSources.ControllerOf(pod, StatefulSet.ResourceType)?.Name;

    private static string? OwnerOf(Pod pod) => ControllerSources.ControllerOf(pod, StatefulSet.ResourceType)?.Uid;
}
