using System.Buffers;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Running;

/// <summary>Does what plans say: the only piece that changes anything for a target. Each effect may be done twice without harm.</summary>
/// <param name="view">What the plan was made from.</param>
/// <param name="client">Writes that the next reconcile is sure to see.</param>
/// <param name="actions">Calls members.</param>
internal sealed class StewardExecutor(StewardView view, KubernetesClient client, MemberActions actions)
{
    // The partition has an owner of its own: what an apply leaves out of what its manager owned is taken away.
    private const string PartitionManager = StewardNames.FieldManager + "-partition";

    private string Namespace => view.Steward.Metadata.Namespace;

    /// <summary>Does one thing.</summary>
    /// <returns>Why it could not be done, or null.</returns>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<ReconcileResult?> ApplyAsync(StewardEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case HandOver handOver:
                return Failed(await actions.HandOverAsync(handOver, cancellationToken));
            case CallAction call:
                return Failed(await actions.CallAsync(call, cancellationToken));
            case EvictMember evict:
                await EvictAsync(evict, cancellationToken);
                return null;
            case SetRole role:
                await RoleLabels.WriteAsync(client, Namespace, role, cancellationToken);
                return null;
            default:
                await WriteAsync(effect, cancellationToken);
                return null;
        }
    }

    private Task WriteAsync(StewardEffect effect, CancellationToken cancellationToken) => effect switch
    {
        SetPartition partition => SetPartitionAsync(partition, cancellationToken),
        RestoreTemplate restore => RestoreAsync(restore, cancellationToken),
        ScaleSet scale => ScaleAsync(scale, cancellationToken),
        SnapshotClaim snapshot => ClaimSnapshots.TakeAsync(client, Namespace, snapshot, view.Spec.Scaling.SnapshotClass, view.Steward.Metadata.Name, cancellationToken),
        DeleteClaim claim => DeleteAsync<PersistentVolumeClaim>(claim.Claim, claim.Uid, cancellationToken),
        ApplyBudget budget => PutAsync(budget.Budget, (kept, wanted) => kept with { Metadata = Kept(kept.Metadata, wanted.Metadata), Spec = wanted.Spec }, cancellationToken),
        DeleteBudget budget => DeleteAsync<PodDisruptionBudget>(budget.Name, budget.Uid, cancellationToken),
        ApplyService service => PutAsync(service.Service, (kept, wanted) => kept with
        {
            Metadata = Kept(kept.Metadata, wanted.Metadata),
            Spec = kept.Spec with { Selector = wanted.Spec.Selector, Ports = wanted.Spec.Ports, PublishNotReadyAddresses = wanted.Spec.PublishNotReadyAddresses },
        }, cancellationToken),
        DeleteService service => DeleteAsync<Service>(service.Name, service.Uid, cancellationToken),
        _ => throw new InvalidOperationException($"{effect.GetType().Name} is no effect that can be done"),
    };

    private static ReconcileResult? Failed(Actions.ActionFailure? failure) =>
        failure is null ? null : ReconcileResult.Failed(failure.Kind.ToString(), failure.Message);

    private async Task EvictAsync(EvictMember effect, CancellationToken cancellationToken)
    {
        var eviction = new Model.Policy.Eviction
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = effect.Member },
            DeleteOptions = new DeleteOptions { Preconditions = new Preconditions { Uid = effect.PodUid } },
        };
        try
        {
            await client.PostAsync<Pod>(Namespace, effect.Member, "eviction", eviction, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // It is gone, or another pod has its name by now: what was wanted is so.
            return;
        }
    }

    private Task<ApiAnswer> SetPartitionAsync(SetPartition effect, CancellationToken cancellationToken)
    {
        var set = view.Set;
        var patch = Json(writer =>
        {
            writer.WriteString("apiVersion", StatefulSet.ResourceType.ApiVersion);
            writer.WriteString("kind", StatefulSet.ResourceType.Kind);
            writer.WriteStartObject("metadata");
            writer.WriteString("name", set.Metadata.Name);
            writer.WriteString("uid", set.Metadata.Uid);
            writer.WriteEndObject();
            writer.WriteStartObject("spec");
            writer.WriteStartObject("updateStrategy");
            writer.WriteStartObject("rollingUpdate");
            writer.WriteNumber("partition", effect.Partition);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        return client.Transport.CallAsync(new ApiCall(ApiVerb.Patch, StatefulSet.ResourceType, Namespace, set.Metadata.Name)
        {
            PatchForm = PatchForm.Apply,
            Patch = patch,
            Force = true,
            FieldManager = PartitionManager,
        }, cancellationToken);
    }

    // A revision's data is the patch that makes the set's template its own, as kubectl rollout undo sends it.
    private Task<StatefulSet> RestoreAsync(RestoreTemplate effect, CancellationToken cancellationToken) => client.PatchAsync<StatefulSet>(
        Namespace, view.Set.Metadata.Name, PatchForm.Strategic,
        effect.Revision.Data?.Utf8 ?? throw new InvalidOperationException($"revision {effect.Revision.Metadata.Name} holds no template"), cancellationToken);

    private Task<StatefulSet> ScaleAsync(ScaleSet effect, CancellationToken cancellationToken) => client.PatchAsync<StatefulSet>(Namespace, view.Set.Metadata.Name, PatchForm.Merge, Json(writer =>
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", view.Set.Metadata.ResourceVersion);
        writer.WriteStartObject("annotations");
        writer.WriteNull(StewardNames.WantedReplicasAnnotation);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("spec");
        writer.WriteNumber("replicas", effect.Replicas);
        if (effect.Start is { } start)
        {
            writer.WriteStartObject("ordinals");
            writer.WriteNumber("start", start);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }), cancellationToken);

    private async Task PutAsync<T>(T wanted, Func<T, T, T> changed, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        if (await client.FindAsync<T>(wanted.Metadata.Namespace, wanted.Metadata.Name, cancellationToken) is not { } kept)
            await client.CreateAsync(wanted, cancellationToken);
        else if (changed(kept, wanted) is var updated && !updated.Equals(kept))
            await client.UpdateAsync(updated, cancellationToken);
    }

    private async Task DeleteAsync<T>(string name, string uid, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        try
        {
            await client.DeleteAsync<T>(Namespace, name, new DeleteOptions { Preconditions = new Preconditions { Uid = uid } }, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // It is gone, or another one has its name by now.
            return;
        }
    }

    private static ObjectMeta Kept(ObjectMeta kept, ObjectMeta wanted) => kept with
    {
        Labels = kept.Labels.SetItems(wanted.Labels),
        OwnerReferences = wanted.OwnerReferences,
    };

    /// <summary>A JSON object.</summary>
    public static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
