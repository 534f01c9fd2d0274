using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Node.Variables;

namespace Holdfast.Node.Volumes;

/// <summary>Makes the volumes of pods ready and lets go of them. What is behind claims is never deleted here.</summary>
internal sealed class PodVolumes(NodePaths paths, IVolumeFiles files, ClaimVolumes claims, VolumePayloads payloads)
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
    private const UnixFileMode OwnerWrites = (UnixFileMode)0b111_101_101;

    /// <summary>Makes all volumes of a pod ready; may be called again.</summary>
    /// <exception cref="VolumeException">One is not to be had now.</exception>
    public async Task<ImmutableSortedDictionary<string, MountedVolume>> MountAsync(Core.Pod pod, PodFacts facts, CancellationToken cancellationToken)
    {
        var mounted = ImmutableSortedDictionary.CreateBuilder<string, MountedVolume>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Volumes.ToArray())
            mounted[volume.Name] = await GuardAsync(volume.Name, () => MountAsync(pod, volume, facts, cancellationToken));
        return mounted.ToImmutable();
    }

    /// <summary>Writes volumes made from objects anew where these have changed.</summary>
    /// <exception cref="VolumeException">Something that is not optional is missing now.</exception>
    public async Task RefreshAsync(Core.Pod pod, PodFacts facts, CancellationToken cancellationToken)
    {
        foreach (var volume in pod.Spec.Volumes.Where(VolumePayloads.MayChange).ToArray())
            await GuardAsync(volume.Name, () => MountAsync(pod, volume, facts, cancellationToken));
    }

    /// <summary>Removes what was the pod's alone.</summary>
    public void Release(string podUid)
    {
        claims.Release(podUid);
        files.Delete(paths.Volumes(podUid));
    }

    /// <summary>Removes everything of a pod, logs included.</summary>
    public void Forget(string podUid) => files.Delete(paths.Pod(podUid));

    /// <summary>Where a mount of a container is on the host; a missing sub-path is made.</summary>
    /// <exception cref="ContainerConfigException">The mount names no volume, or leads out of it.</exception>
    public string PathOf(Core.VolumeMount mount, MountedVolume volume, string subPath)
    {
        if (subPath.Length == 0)
            return volume.HostPath;
        var inside = subPath[0] == '/' ? null : files.Inside(volume.HostPath, subPath);
        if (inside is null)
            throw new ContainerConfigException($"subPath \"{subPath}\" leads out of volume \"{mount.Name}\": give a relative path without \"..\" and without links that lead out");
        if (!files.Exists(inside))
            files.EnsureFolder(inside, OwnerWrites);
        return inside;
    }

    private async Task<MountedVolume> MountAsync(Core.Pod pod, Core.Volume volume, PodFacts facts, CancellationToken cancellationToken)
    {
        var own = paths.Volume(pod.Metadata.Uid, volume.Name);
        var group = pod.Spec.SecurityContext?.FsGroup;
        if (volume.PersistentVolumeClaim is { } claim)
            return await claims.MountAsync(pod, volume.Name, claim.ClaimName, claim.ReadOnly, cancellationToken);
        if (volume.Ephemeral is not null)
            return await claims.MountAsync(pod, volume.Name, $"{pod.Metadata.Name}-{volume.Name}", isReadOnly: false, cancellationToken);
        if (volume.HostPath is { } hostPath)
            return OnHost(volume.Name, hostPath);
        if (await payloads.FilesAsync(pod, volume, facts, cancellationToken) is { } content)
        {
            files.EnsureFolder(own, OwnerWrites);
            files.Publish(own, content, group);
            return new MountedVolume(own, IsReadOnly: true);
        }
        if (volume.EmptyDir is null)
            throw new VolumeException(volume.Name, "this node cannot mount volumes of its type: use persistentVolumeClaim, emptyDir, hostPath, configMap, secret, downwardAPI or projected");
        if (files.EnsureFolder(own, Everybody) && group is { } number)
            files.GiveToGroup(own, number);
        return new MountedVolume(own, IsReadOnly: false);
    }

    private MountedVolume OnHost(string volume, Core.HostPathVolumeSource source)
    {
        if (source.Type is "DirectoryOrCreate")
            files.EnsureFolder(source.Path, OwnerWrites);
        return files.Exists(source.Path)
            ? new MountedVolume(source.Path, IsReadOnly: false)
            : throw new VolumeException(volume, $"hostPath {source.Path} is not there on this machine: make it, or use type DirectoryOrCreate");
    }

    private static async Task<MountedVolume> GuardAsync(string volume, Func<Task<MountedVolume>> mount)
    {
        try
        {
            return await mount();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VolumeException(volume, error.Message, error);
        }
        catch (ApiException error)
        {
            throw new VolumeException(volume, $"the API could not be asked: {error.Message}", error);
        }
    }
}
