using System.Text.Json;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Running;

/// <summary>Snapshots of claims, where the cluster has the kind <c>VolumeSnapshot</c>.</summary>
internal static class ClaimSnapshots
{
    private const string Group = "snapshot.storage.k8s.io";

    private static readonly ResourceType Kind = new(Group, "v1", "VolumeSnapshot", "volumesnapshots", true);
    private static readonly ResourceType ClassKind = new(Group, "v1", "VolumeSnapshotClass", "volumesnapshotclasses", false);

    /// <summary>Whether the cluster takes snapshots, as far as its API shows: it serves the kind, lets the Steward read it, and has the class that is asked for.</summary>
    public static async Task<SnapshotSupport> SupportAsync(KubernetesClient client, string namespaceName, string snapshotClass, CancellationToken cancellationToken)
    {
        try
        {
            await client.Of(Kind).ListAsync<CustomObject>(new ListQuery { Namespace = namespaceName, Limit = 1 }, cancellationToken);
            return snapshotClass.Length == 0 || await client.Of(ClassKind).FindAsync<CustomObject>("", snapshotClass, cancellationToken) is not null
                ? SnapshotSupport.Served
                : new SnapshotSupport(false, $"scaling.snapshotClass is {snapshotClass}, and there is no VolumeSnapshotClass of that name: make it, or name another");
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return new SnapshotSupport(false, $"scaling.claims is Snapshot, and this cluster does not serve VolumeSnapshots ({Group}/v1): "
                + "install their definitions, the snapshot controller and a driver that takes snapshots, or set scaling.claims to Retain or Delete");
        }
        catch (ApiException error) when (error.Code == 403)
        {
            return new SnapshotSupport(false, $"scaling.claims is Snapshot, and VolumeSnapshots may not be read ({error.Message}): give the rights that deploy/steward.yaml names");
        }
    }

    /// <summary>Asks for a snapshot; one of that name that is there already is the one.</summary>
    public static async Task TakeAsync(KubernetesClient client, string namespaceName, SnapshotClaim effect, string snapshotClass, string steward, CancellationToken cancellationToken)
    {
        var body = JsonValue.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("spec");
            if (snapshotClass.Length > 0)
                writer.WriteString("volumeSnapshotClassName", snapshotClass);
            writer.WriteStartObject("source");
            writer.WriteString("persistentVolumeClaimName", effect.Claim);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        var metadata = new ObjectMeta
        {
            Namespace = namespaceName,
            Name = effect.Snapshot,
            Labels = ValueMap.Of((StewardNames.StewardLabel, steward)),
            Annotations = ValueMap.Of((StewardNames.ClaimUidAnnotation, effect.Uid)),
        };
        try
        {
            await client.Of(Kind).CreateAsync(new CustomObject(Kind, metadata, body), cancellationToken);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            return;
        }
    }

    /// <summary>What became of the snapshot of a claim; null when there is none of that name.</summary>
    public static async Task<SnapshotFacts?> FindAsync(KubernetesClient client, ResourceKey key, ClaimFacts claim, CancellationToken cancellationToken)
    {
        if (await client.Of(Kind).FindAsync<CustomObject>(key.Namespace, key.Name, cancellationToken) is not { } snapshot)
            return null;
        if (snapshot.Metadata.DeletionTimestamp is not null)
            return new SnapshotFacts(key.Name, false, "it is being deleted");
        using var body = snapshot.Body.ToDocument();
        if (snapshot.Metadata.Annotations.GetValueOrDefault(StewardNames.ClaimUidAnnotation) != claim.Uid || SourceOf(body.RootElement) != claim.Name)
            return new SnapshotFacts(key.Name, false, "it is a snapshot of something else, which has its name: delete or rename that one");
        var hasStatus = body.RootElement.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object;
        var isReady = hasStatus && status.TryGetProperty("readyToUse", out var ready) && ready.ValueKind == JsonValueKind.True;
        var problem = hasStatus && status.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            ? message.GetString() ?? "" : "";
        return new SnapshotFacts(key.Name, isReady, problem);
    }

    private static string? SourceOf(JsonElement body) =>
        body.TryGetProperty("spec", out var spec) && spec.ValueKind == JsonValueKind.Object && spec.TryGetProperty("source", out var source) && source.ValueKind == JsonValueKind.Object
            && source.TryGetProperty("persistentVolumeClaimName", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}
