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
    private static readonly ResourceType Kind = new("snapshot.storage.k8s.io", "v1", "VolumeSnapshot", "volumesnapshots", true);

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
        var metadata = new ObjectMeta { Namespace = namespaceName, Name = effect.Snapshot, Labels = ValueMap.Of((StewardNames.StewardLabel, steward)) };
        try
        {
            await client.Of(Kind).CreateAsync(new CustomObject(Kind, metadata, body), cancellationToken);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            return;
        }
    }

    /// <summary>What became of a snapshot; null when there is none of that name.</summary>
    public static async Task<SnapshotFacts?> FindAsync(KubernetesClient client, ResourceKey key, CancellationToken cancellationToken)
    {
        if (await client.Of(Kind).FindAsync<CustomObject>(key.Namespace, key.Name, cancellationToken) is not { } snapshot)
            return null;
        using var body = snapshot.Body.ToDocument();
        var hasStatus = body.RootElement.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object;
        var isReady = hasStatus && status.TryGetProperty("readyToUse", out var ready) && ready.ValueKind == JsonValueKind.True;
        var problem = hasStatus && status.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            ? message.GetString() ?? "" : "";
        return new SnapshotFacts(key.Name, isReady, problem);
    }
}
