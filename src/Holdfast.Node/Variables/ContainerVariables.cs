using System.Text;
using Holdfast.Model.Values;

namespace Holdfast.Node.Variables;

/// <summary>A container's configuration cannot be made from what is there.</summary>
/// <param name="message">What is missing.</param>
public sealed class ContainerConfigException(string message) : Exception(message);

/// <summary>The ConfigMaps and Secrets that a container's variables name; one that is not there is not in the map.</summary>
/// <param name="ConfigMaps">By name.</param>
/// <param name="Secrets">By name.</param>
internal sealed record VariableSources(IReadOnlyDictionary<string, Core.ConfigMap> ConfigMaps, IReadOnlyDictionary<string, Core.Secret> Secrets)
{
    /// <summary>The names a container's variables refer to.</summary>
    public static (IReadOnlySet<string> ConfigMaps, IReadOnlySet<string> Secrets) NamesOf(Core.Container container)
    {
        var maps = container.EnvFrom.Select(from => from.ConfigMapRef?.Name)
            .Concat(container.Env.Select(variable => variable.ValueFrom?.ConfigMapKeyRef?.Name)).OfType<string>();
        var secrets = container.EnvFrom.Select(from => from.SecretRef?.Name)
            .Concat(container.Env.Select(variable => variable.ValueFrom?.SecretKeyRef?.Name)).OfType<string>();
        return (maps.ToHashSet(StringComparer.Ordinal), secrets.ToHashSet(StringComparer.Ordinal));
    }
}

/// <summary>The variables of a container with their final values, in the order in which later ones may refer to earlier ones: pure.</summary>
internal sealed class ContainerVariables(Core.Pod pod, Core.Container container, VariableSources sources, PodFacts facts)
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The variables by name.</summary>
    /// <exception cref="ContainerConfigException">Something that is not optional is missing.</exception>
    public IReadOnlyDictionary<string, string> Build()
    {
        if (facts.ApiServer is { } server && pod.Spec.EnableServiceLinks != false)
        {
            _values["KUBERNETES_SERVICE_HOST"] = server.Host;
            _values["KUBERNETES_SERVICE_PORT"] = facts.ApiServerPort;
            _values["KUBERNETES_SERVICE_PORT_HTTPS"] = facts.ApiServerPort;
            _values["KUBERNETES_PORT"] = $"tcp://{server.Host}:{facts.ApiServerPort}";
        }
        foreach (var from in container.EnvFrom)
            AddAll(from);
        foreach (var variable in container.Env)
        {
            if (ValueOf(variable) is { } value)
                _values[variable.Name] = value;
        }
        return _values;
    }

    private void AddAll(Core.EnvFromSource from)
    {
        if (from.ConfigMapRef is { } map)
        {
            foreach (var (key, value) in Find(sources.ConfigMaps, "configmap", map.Name, map.Optional)?.Data ?? default)
                _values[from.Prefix + key] = value;
        }
        if (from.SecretRef is { } secret)
        {
            foreach (var (key, value) in Find(sources.Secrets, "secret", secret.Name, secret.Optional)?.Data ?? default)
                _values[from.Prefix + key] = Encoding.UTF8.GetString(value.Span);
        }
    }

    private string? ValueOf(Core.EnvVar variable)
    {
        if (variable.ValueFrom is not { } from)
            return VariableExpansion.Expand(variable.Value, _values);
        if (from.FieldRef is { } field)
            return DownwardFields.Field(pod, field.FieldPath, facts.PodAddress, facts.HostAddress)
                ?? throw new ContainerConfigException($"unsupported fieldPath: {field.FieldPath}");
        if (from.ResourceFieldRef is { } resource)
            return DownwardFields.Resource(pod, resource, container.Name, facts.Capacity)
                ?? throw new ContainerConfigException($"unsupported container resource: {resource.Resource}");
        if (from.ConfigMapKeyRef is { } map)
            return Key(Find(sources.ConfigMaps, "configmap", map.Name, map.Optional)?.Data ?? default, map.Key, "ConfigMap", map.Name, map.Optional);
        if (from.SecretKeyRef is { } secret)
            return SecretKey(secret);
        throw new ContainerConfigException($"variable {variable.Name} names a source that this node does not know: use value, fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef");
    }

    private string? SecretKey(Core.SecretKeySelector secret)
    {
        var data = Find(sources.Secrets, "secret", secret.Name, secret.Optional)?.Data ?? default;
        return Key(data.Keys.Select(key => KeyValuePair.Create(key, Encoding.UTF8.GetString(data[key].Span))).ToValueMap(), secret.Key, "Secret", secret.Name, secret.Optional);
    }

    private string? Key(ValueMap<string> data, string key, string kind, string name, bool? isOptional)
    {
        if (data.TryGetValue(key, out var value))
            return value;
        return isOptional == true ? null : throw new ContainerConfigException($"couldn't find key {key} in {kind} {pod.Metadata.Namespace}/{name}");
    }

    private static T? Find<T>(IReadOnlyDictionary<string, T> objects, string kind, string name, bool? isOptional) where T : class =>
        objects.TryGetValue(name, out var found) || isOptional == true ? found : throw new ContainerConfigException($"{kind} \"{name}\" not found");
}
