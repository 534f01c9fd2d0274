using Holdfast.Client;
using Holdfast.Model.Values;

namespace Holdfast.Node.Volumes;

/// <summary>
/// Finds the folder behind a pod's claim and sees to it that it may be used here: a claim that is being deleted is not (V4), a volume
/// that belongs to another node is not, and one that is for one pod alone is not given to a second (V5).
/// </summary>
internal sealed class ClaimVolumes(KubernetesClient client, NodePaths paths, IVolumeFiles files, ValueMap<string> nodeLabels)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _users = new(StringComparer.Ordinal);

    /// <summary>The folder of a claim, made if it is new, in this pod's use until <see cref="Release"/>.</summary>
    /// <exception cref="VolumeException">The claim is not to be had now.</exception>
    public async Task<MountedVolume> MountAsync(Core.Pod pod, string volume, string claimName, bool isReadOnly, CancellationToken cancellationToken)
    {
        var claim = await client.FindAsync<Core.PersistentVolumeClaim>(pod.Metadata.Namespace, claimName, cancellationToken)
            ?? throw new VolumeException(volume, $"persistentvolumeclaim \"{claimName}\" not found");
        if (claim.Metadata.DeletionTimestamp is not null)
            throw new VolumeException(volume, $"persistentvolumeclaim \"{claimName}\" is being deleted: the pod waits for a new one");
        if (claim.Status.Phase != "Bound" || claim.Spec.VolumeName.Length == 0)
            throw new VolumeException(volume, $"persistentvolumeclaim \"{claimName}\" is not bound to a volume yet (phase {(claim.Status.Phase.Length > 0 ? claim.Status.Phase : "Pending")}): `kubectl describe pvc {claimName}` tells why");
        var found = await client.FindAsync<Core.PersistentVolume>("", claim.Spec.VolumeName, cancellationToken)
            ?? throw new VolumeException(volume, $"persistentvolume \"{claim.Spec.VolumeName}\" of claim \"{claimName}\" not found");
        if (found.Spec.ClaimRef?.Uid is { Length: > 0 } uid && uid != claim.Metadata.Uid)
            throw new VolumeException(volume, $"persistentvolume \"{found.Metadata.Name}\" belongs to another claim than \"{claimName}\"");
        if (!NodeMatch.Matches(found.Spec.NodeAffinity?.Required, nodeLabels))
            throw new VolumeException(volume, $"persistentvolume \"{found.Metadata.Name}\" is on another node than {pod.Spec.NodeName}");
        var path = found.Spec.Local?.Path ?? found.Spec.HostPath?.Path
            ?? throw new VolumeException(volume, $"persistentvolume \"{found.Metadata.Name}\" is neither local nor hostPath, which is all this node can mount");
        Use(pod, volume, found);
        Prepare(pod, volume, path);
        return new MountedVolume(path, isReadOnly || claim.Spec.AccessModes is ["ReadOnlyMany"]);
    }

    /// <summary>Ends a pod's use of all of its claims.</summary>
    public void Release(string podUid)
    {
        lock (_gate)
        {
            foreach (var users in _users.Values)
                users.Remove(podUid);
        }
    }

    private void Use(Core.Pod pod, string volume, Core.PersistentVolume found)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(found.Metadata.Name, out var users))
                _users[found.Metadata.Name] = users = new HashSet<string>(StringComparer.Ordinal);
            if (found.Spec.AccessModes.Contains("ReadWriteOncePod") && users.Any(user => user != pod.Metadata.Uid))
                throw new VolumeException(volume, $"persistentvolume \"{found.Metadata.Name}\" is ReadWriteOncePod and another pod still uses it");
            users.Add(pod.Metadata.Uid);
        }
    }

    private void Prepare(Core.Pod pod, string volume, string path)
    {
        var isOurs = Path.GetFullPath(path).StartsWith(paths.ClaimVolumes + "/", StringComparison.Ordinal);
        if (!isOurs && !files.Exists(path))
            throw new VolumeException(volume, $"{path} is not there, and folders are made under {paths.ClaimVolumes} only: make it, or correct the volume's path");
        var isNew = isOurs && files.EnsureFolder(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var identity = pod.Spec.SecurityContext;
        if (identity?.FsGroup is { } group)
            files.GiveToGroup(path, group);
        else if (isNew && (identity?.RunAsUser ?? pod.Spec.Containers.Select(container => container.SecurityContext?.RunAsUser).FirstOrDefault(user => user is not null)) is { } user)
            files.GiveToUser(path, user);
    }
}
