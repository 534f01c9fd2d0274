using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Client.Events;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Volumes;

/// <summary>Carries out what is planned for one claim or volume; every step may be repeated.</summary>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="events">What people are told.</param>
/// <param name="backend">Removes the data of volumes.</param>
internal sealed class VolumeExecutor(KubernetesClient client, IEventRecorder events, IVolumeBackend backend)
{
    internal async Task<ReconcileResult> ExecuteAsync(IResource about, ImmutableArray<VolumeEffect> effects, CancellationToken cancellationToken)
    {
        foreach (var effect in effects)
        {
            try
            {
                await ApplyAsync(about, effect, cancellationToken);
            }
            catch (IOException error)
            {
                events.Warning(about, "VolumeFailedDelete", error.Message);
                return ReconcileResult.Failed("VolumeFailedDelete", error.Message, error);
            }
        }
        return ReconcileResult.Done;
    }

    private Task ApplyAsync(IResource about, VolumeEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case CreateVolume create:
                return CreateAsync(create.Volume, cancellationToken);
            case UpdateVolume update:
                return client.UpdateAsync(update.Volume, cancellationToken);
            case UpdateVolumeStatus update:
                return client.UpdateStatusAsync(update.Volume, cancellationToken);
            case ReleaseVolumeClaim release:
                return ReleaseAsync(release.Claim, cancellationToken);
            case UpdateVolumeClaim update:
                return client.UpdateAsync(update.Claim, cancellationToken);
            case UpdateVolumeClaimStatus update:
                return client.UpdateStatusAsync(update.Claim, cancellationToken);
            case ReclaimVolume reclaim:
                return ReclaimAsync(reclaim.Volume, cancellationToken);
            case SayOfVolume say:
                events.Record(new EventNote(EventNote.ReferenceTo(about), say.Type, say.EventReason, say.Message));
                return Task.CompletedTask;
            default:
                throw new InvalidOperationException($"a plan has an effect that cannot be executed: {effect}");
        }
    }

    private async Task CreateAsync(PersistentVolume volume, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(volume, cancellationToken);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            // Made before, and the answer was lost: its name holds the claim's uid, so it is this claim's.
            await client.GetAsync<PersistentVolume>("", volume.Metadata.Name, cancellationToken);
        }
    }

    /// <summary>Asks the server itself, whatever the caches say: a claim that a pod of now uses must not go (invariant V3).</summary>
    private async Task ReleaseAsync(PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        var pods = await client.ListAsync<Pod>(new ListQuery { Namespace = claim.Metadata.Namespace }, cancellationToken);
        if (!pods.Items.Any(pod => pod.HoldsClaims() && PodIndices.ClaimNames(pod).Contains(claim.Metadata.Name)))
        {
            await client.UpdateAsync(claim, cancellationToken);
        }
    }

    /// <summary>Asks the server itself: a cache that is behind may not have the claim yet, and what is removed is data.</summary>
    private async Task ReclaimAsync(PersistentVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Spec.ClaimRef is { } reference
            && await client.FindAsync<PersistentVolumeClaim>(reference.Namespace, reference.Name, cancellationToken) is { } claim
            && claim.Metadata.Uid == reference.Uid)
        {
            return;
        }
        await backend.RemoveAsync(volume, cancellationToken);
        await client.DeleteThisAsync(volume, cancellationToken);
    }
}
