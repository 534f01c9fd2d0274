using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Plans;

/// <summary>
/// Reads targets once, with the rights of whoever asks, and with what their Stewards report of the members: nothing is called and nothing is
/// changed. Nodes and volumes are looked at where that is allowed; without them zones and places are not known.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="time">The clock.</param>
public sealed class TargetReader(KubernetesClient client, TimeProvider time)
{
    /// <summary>One target.</summary>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="name">The name of its Steward.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is no such Steward, or the server refused.</exception>
    public async Task<ReadTarget> ReadAsync(string namespaceName, string name, CancellationToken cancellationToken)
    {
        try
        {
            _ = await client.GetAsync<StewardResource>(namespaceName, name, cancellationToken);
        }
        catch (ApiException error)
        {
            throw error.InNamespace(namespaceName);
        }
        var objects = await ListAsync(namespaceName, cancellationToken);
        // Read again among the rest: a report is judged by the pods that were listed after it.
        return Read(objects, objects.Stewards.FirstOrDefault(steward => steward.Metadata.Name == name)
            ?? await client.GetAsync<StewardResource>(namespaceName, name, cancellationToken));
    }

    /// <summary>Every target of a namespace, or of all namespaces, in the order of their names.</summary>
    /// <param name="namespaceName">The namespace; empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused.</exception>
    public async Task<ImmutableArray<ReadTarget>> ReadAllAsync(string namespaceName, CancellationToken cancellationToken)
    {
        var objects = await ListAsync(namespaceName, cancellationToken);
        return [.. objects.Stewards.OrderBy(steward => (steward.Metadata.Namespace, steward.Metadata.Name)).Select(steward => Read(objects, steward))];
    }

    /// <summary>The targets that have members on a node.</summary>
    /// <param name="namespaceName">The namespace; empty for all.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is no such node, or the server refused.</exception>
    public async Task<ImmutableArray<ReadTarget>> ReadOnAsync(string namespaceName, string node, CancellationToken cancellationToken)
    {
        ImmutableArray<ReadTarget> there = [.. (await ReadAllAsync(namespaceName, cancellationToken)).Where(target => target.Observation.Members.Any(member => member.Pod?.Node == node))];
        return there.IsEmpty && !await MayExistAsync(node, cancellationToken)
            ? throw new ApiException(Status.Empty with { Code = 404, Reason = "NotFound", Message = $"there is no node {node}; kubectl get nodes lists those that there are" })
            : there;
    }

    private async Task<bool> MayExistAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindAsync<Node>("", node, cancellationToken) is not null;
        }
        catch (ApiException error) when (error.Code == 403)
        {
            return true;
        }
    }

    private ReadTarget Read(ListedObjects objects, StewardResource steward)
    {
        var (reading, now) = (StewardReading.Of(steward), time.GetUtcNow());
        var members = new ReportedMembers(steward.Status, now);
        var observation = new TargetAssembly(objects, members.Read, _ => null).Observe(reading, now);
        observation = observation with
        {
            Snapshots = objects.Snapshots.GetValueOrDefault((steward.Metadata.Namespace, steward.Spec.Scaling.SnapshotClass)),
            Backup = steward.Spec.Backup?.LastAt is null ? null
                : new BackupReading(steward.Status.LastBackupAt, TimeSpan.Zero, steward.Status.LastBackupAt is null ? "its Steward reports none" : ""),
        };
        return new ReadTarget(observation, members.Newest, objects.NodesOfVolumes);
    }

    private async Task<ListedObjects> ListAsync(string space, CancellationToken cancellationToken)
    {
        var stewards = await AllAsync<StewardResource>(space, cancellationToken);
        return await ListAsync(space, stewards, await SnapshotsAsync(stewards, cancellationToken), cancellationToken);
    }

    private async Task<ImmutableDictionary<(string Namespace, string Class), SnapshotSupport>> SnapshotsAsync(ImmutableArray<StewardResource> stewards, CancellationToken cancellationToken)
    {
        var found = ImmutableDictionary.CreateBuilder<(string, string), SnapshotSupport>();
        foreach (var key in stewards.Where(steward => steward.Spec.Scaling.Claims == "Snapshot").Select(steward => (steward.Metadata.Namespace, steward.Spec.Scaling.SnapshotClass)).Distinct())
            found.Add(key, await ClaimSnapshots.SupportAsync(client, key.Namespace, key.SnapshotClass, cancellationToken));
        return found.ToImmutable();
    }

    private async Task<ListedObjects> ListAsync(
        string space, ImmutableArray<StewardResource> stewards, ImmutableDictionary<(string Namespace, string Class), SnapshotSupport> snapshots, CancellationToken cancellationToken) => new()
        {
            Stewards = stewards,
            Snapshots = snapshots,
            Sets = await AllAsync<StatefulSet>(space, cancellationToken),
            Pods = await AllAsync<Pod>(space, cancellationToken),
            Revisions = await AllAsync<ControllerRevision>(space, cancellationToken),
            Claims = await AllAsync<PersistentVolumeClaim>(space, cancellationToken),
            Budgets = await AllAsync<PodDisruptionBudget>(space, cancellationToken),
            Nodes = await WhereAllowedAsync<Node>(cancellationToken),
            Volumes = await WhereAllowedAsync<PersistentVolume>(cancellationToken),
        };

    private async Task<ImmutableArray<T>> AllAsync<T>(string space, CancellationToken cancellationToken) where T : class, IResource<T> =>
        (await client.ListAsync<T>(new ListQuery { Namespace = space }, cancellationToken)).Items;

    private async Task<ImmutableArray<T>> WhereAllowedAsync<T>(CancellationToken cancellationToken) where T : class, IResource<T>
    {
        try
        {
            return await AllAsync<T>("", cancellationToken);
        }
        catch (ApiException error) when (error.Code == 403)
        {
            // Whoever may look at a namespace alone plans without places.
            return [];
        }
    }

    /// <summary>Objects that were read once.</summary>
    private sealed class ListedObjects : ITargetObjects
    {
        public required ImmutableArray<StewardResource> Stewards { get; init; }

        public required ImmutableDictionary<(string Namespace, string Class), SnapshotSupport> Snapshots { get; init; }

        public required ImmutableArray<StatefulSet> Sets { get; init; }

        public required ImmutableArray<Pod> Pods { get; init; }

        public required ImmutableArray<ControllerRevision> Revisions { get; init; }

        public required ImmutableArray<PersistentVolumeClaim> Claims { get; init; }

        public required ImmutableArray<PodDisruptionBudget> Budgets { get; init; }

        public required ImmutableArray<Node> Nodes { get; init; }

        public required ImmutableArray<PersistentVolume> Volumes { get; init; }

        /// <summary>Volumes that are at one node alone, with its name.</summary>
        public ImmutableDictionary<string, string> NodesOfVolumes => Volumes.Select(volume => (volume.Metadata.Name, Node: VolumePlaces.NodeOf(this, volume)))
            .Where(place => place.Node.Length > 0).ToImmutableDictionary(place => place.Name, place => place.Node, StringComparer.Ordinal);

        public StatefulSet? FindSet(string namespaceName, string name) => Sets.FirstOrDefault(set => Is(set.Metadata, namespaceName, name));

        public IEnumerable<StewardResource> StewardsOf(string namespaceName, string setName) =>
            Stewards.Where(steward => steward.Metadata.Namespace == namespaceName && steward.Spec.TargetRef.Name == setName);

        public IEnumerable<Pod> PodsOf(StatefulSet set) => Pods.Where(pod => IsOwned(pod.Metadata, set));

        public IEnumerable<Pod> UncontrolledPods(string namespaceName) => Pods.Where(pod => pod.Metadata.Namespace == namespaceName && pod.Metadata.Controller() is null);

        public IEnumerable<ControllerRevision> RevisionsOf(StatefulSet set) => Revisions.Where(revision => IsOwned(revision.Metadata, set));

        public PersistentVolumeClaim? FindClaim(string namespaceName, string name) => Claims.FirstOrDefault(claim => Is(claim.Metadata, namespaceName, name));

        public Node? FindNode(string name) => Nodes.FirstOrDefault(node => node.Metadata.Name == name);

        public IEnumerable<Node> AllNodes() => Nodes;

        public PersistentVolume? FindVolume(string name) => Volumes.FirstOrDefault(volume => volume.Metadata.Name == name);

        public IEnumerable<PodDisruptionBudget> BudgetsIn(string namespaceName) => Budgets.Where(budget => budget.Metadata.Namespace == namespaceName);

        // What is routed is no part of what is planned here.
        public IEnumerable<Service> ServicesIn(string namespaceName) => [];

        private static bool Is(ObjectMeta metadata, string namespaceName, string name) => metadata.Namespace == namespaceName && metadata.Name == name;

        private static bool IsOwned(ObjectMeta metadata, StatefulSet set) =>
            metadata.OwnerReferences.Any(owner => owner.Controller == true && owner.Uid == set.Metadata.Uid);
    }
}

/// <summary>A target as it was read.</summary>
/// <param name="Observation">What is seen of it.</param>
/// <param name="ReportedAt">When the newest news of a member was taken, by its Steward; null when there is none.</param>
/// <param name="NodesOfVolumes">Volumes that are at one node alone, with its name.</param>
public sealed record ReadTarget(TargetObservation Observation, DateTimeOffset? ReportedAt, ImmutableDictionary<string, string> NodesOfVolumes);
