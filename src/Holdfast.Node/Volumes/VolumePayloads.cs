using System.Text;
using Holdfast.Client;
using Holdfast.Model.Values;
using Holdfast.Node.Variables;

namespace Holdfast.Node.Volumes;

/// <summary>Gathers the files of volumes that are made from objects: ConfigMaps, Secrets, the pod itself, tokens.</summary>
internal sealed class VolumePayloads(KubernetesClient client, IServiceAccountTokens tokens, Action<Core.Pod, string> onNoToken)
{
    private const int DefaultMode = 0b110_100_100;
    private static readonly TimeSpan DefaultTokenLifetime = TimeSpan.FromHours(1);

    /// <summary>The files of a volume, or null when it is not made from objects.</summary>
    /// <exception cref="VolumeException">Something that is not optional is missing.</exception>
    public async Task<IReadOnlyList<VolumeFile>?> FilesAsync(Core.Pod pod, Core.Volume volume, PodFacts facts, CancellationToken cancellationToken)
    {
        if (volume.ConfigMap is { } map)
            return await ConfigMapAsync(pod, volume.Name, map.Name, map.Items, map.Optional, map.DefaultMode ?? DefaultMode, cancellationToken);
        if (volume.Secret is { } secret)
            return await SecretAsync(pod, volume.Name, secret.SecretName, secret.Items, secret.Optional, secret.DefaultMode ?? DefaultMode, cancellationToken);
        if (volume.DownwardAPI is { } downward)
            return Downward(pod, volume.Name, downward.Items, downward.DefaultMode ?? DefaultMode, facts);
        if (volume.Projected is not { } projected)
            return null;
        List<VolumeFile> files = [];
        foreach (var source in projected.Sources.ToArray())
            files.AddRange(await ProjectedAsync(pod, volume.Name, source, projected.DefaultMode ?? DefaultMode, facts, cancellationToken));
        return files;
    }

    /// <summary>Whether what is in a volume may change while its pod runs.</summary>
    public static bool MayChange(Core.Volume volume) =>
        volume is { ConfigMap: not null } or { Secret: not null } or { DownwardAPI: not null } or { Projected: not null };

    private async Task<IReadOnlyList<VolumeFile>> ProjectedAsync(
        Core.Pod pod, string volume, Core.VolumeProjection source, int mode, PodFacts facts, CancellationToken cancellationToken)
    {
        if (source.ConfigMap is { } map)
            return await ConfigMapAsync(pod, volume, map.Name, map.Items, map.Optional, mode, cancellationToken);
        if (source.Secret is { } secret)
            return await SecretAsync(pod, volume, secret.Name, secret.Items, secret.Optional, mode, cancellationToken);
        if (source.DownwardAPI is { } downward)
            return Downward(pod, volume, downward.Items, mode, facts);
        if (source.ServiceAccountToken is { } token)
            return await TokenAsync(pod, token, mode, cancellationToken);
        throw new VolumeException(volume, "it projects a source that this node does not know: use configMap, secret, downwardAPI or serviceAccountToken");
    }

    private async Task<IReadOnlyList<VolumeFile>> ConfigMapAsync(
        Core.Pod pod, string volume, string name, ValueList<Core.KeyToPath> items, bool? isOptional, int mode, CancellationToken cancellationToken)
    {
        var map = await client.FindAsync<Core.ConfigMap>(pod.Metadata.Namespace, name, cancellationToken);
        if (map is null)
            return isOptional == true ? [] : throw new VolumeException(volume, $"configmap \"{name}\" not found");
        var content = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (key, text) in map.Data)
            content[key] = Encoding.UTF8.GetBytes(text);
        foreach (var (key, bytes) in map.BinaryData)
            content[key] = bytes.Span.ToArray();
        return Select(volume, $"configmap \"{name}\"", content, items, isOptional, mode);
    }

    private async Task<IReadOnlyList<VolumeFile>> SecretAsync(
        Core.Pod pod, string volume, string name, ValueList<Core.KeyToPath> items, bool? isOptional, int mode, CancellationToken cancellationToken)
    {
        var secret = await client.FindAsync<Core.Secret>(pod.Metadata.Namespace, name, cancellationToken);
        if (secret is null)
            return isOptional == true ? [] : throw new VolumeException(volume, $"secret \"{name}\" not found");
        var content = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (key, bytes) in secret.Data)
            content[key] = bytes.Span.ToArray();
        return Select(volume, $"secret \"{name}\"", content, items, isOptional, mode);
    }

    private async Task<IReadOnlyList<VolumeFile>> TokenAsync(Core.Pod pod, Core.ServiceAccountTokenProjection token, int mode, CancellationToken cancellationToken)
    {
        var lifetime = token.ExpirationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultTokenLifetime;
        if (await tokens.RequestAsync(pod, token.Audience, lifetime, cancellationToken) is { } text)
            return [new VolumeFile(token.Path, Encoding.UTF8.GetBytes(text), mode)];
        onNoToken(pod, token.Path);
        return [];
    }

    private static List<VolumeFile> Downward(Core.Pod pod, string volume, ValueList<Core.DownwardAPIVolumeFile> items, int mode, PodFacts facts)
    {
        List<VolumeFile> files = [];
        foreach (var item in items)
        {
            var text = item.FieldRef is { } field
                ? DownwardFields.Field(pod, field.FieldPath, facts.PodAddress, facts.HostAddress)
                : item.ResourceFieldRef is { } resource ? DownwardFields.Resource(pod, resource, "", facts.Capacity) : null;
            files.Add(new VolumeFile(
                Checked(volume, item.Path), Encoding.UTF8.GetBytes(text ?? throw new VolumeException(volume, $"the file {item.Path} names a field of the pod that there is not")), item.Mode ?? mode));
        }
        return files;
    }

    private static List<VolumeFile> Select(
        string volume, string source, SortedDictionary<string, ReadOnlyMemory<byte>> content, ValueList<Core.KeyToPath> items, bool? isOptional, int mode)
    {
        if (items.IsEmpty)
            return [.. content.Select(entry => new VolumeFile(Checked(volume, entry.Key), entry.Value, mode))];
        List<VolumeFile> files = [];
        foreach (var item in items)
        {
            if (content.TryGetValue(item.Key, out var bytes))
                files.Add(new VolumeFile(Checked(volume, item.Path), bytes, item.Mode ?? mode));
            else if (isOptional != true)
                throw new VolumeException(volume, $"{source} has no key \"{item.Key}\"");
        }
        return files;
    }

    private static string Checked(string volume, string path) => path.Length > 0 && path[0] != '/' && !path.Split('/').Contains("..")
        ? path
        : throw new VolumeException(volume, $"the path \"{path}\" leads out of the volume: give a relative path without \"..\"");
}
