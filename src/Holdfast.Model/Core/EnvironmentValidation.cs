using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for a container's environment.</summary>
internal static class EnvironmentValidation
{
    private static readonly ImmutableArray<string> PodFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly ImmutableArray<string> ContainerResources =
    [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
    ];

    private static readonly ImmutableArray<string> ByteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    public static void Check(ValueList<EnvVar> variables, ValueList<EnvFromSource> sources, FieldPath container, FieldErrors errors)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            var variable = variables[i];
            if (variable.Name.Length == 0)
            {
                errors.Add(FieldError.Required(container.Child("env").Index(i).Child("name")));
            }
            else if (TextFormats.EnvironmentName(variable.Name) is { Length: > 0 } problems)
            {
                errors.Add(FieldError.Invalid(container.Child("env").Index(i).Child("name"), variable.Name, problems[0]));
            }
            if (variable.ValueFrom is { } source)
            {
                CheckSource(source, variable.Value, container.Child("env").Index(i).Child("valueFrom"), errors);
            }
        }
        for (var i = 0; i < sources.Count; i++)
        {
            CheckWhole(sources[i], container.Child("envFrom"), i, errors);
        }
    }

    /// <summary>Checks a reference to a field of the pod itself.</summary>
    public static void CheckPodField(ObjectFieldSelector selector, ImmutableArray<string> supported, FieldPath path, FieldErrors errors)
    {
        if (!errors.Require(path, "apiVersion", selector.ApiVersion) || !errors.Require(path, "fieldPath", selector.FieldPath))
        {
            return;
        }
        var field = selector.FieldPath;
        if (field.EndsWith("']", StringComparison.Ordinal) && field.IndexOf("['", StringComparison.Ordinal) is > 0 and var start)
        {
            var (map, key) = (field[..start], field[(start + 2)..^2]);
            if (map is "metadata.annotations" or "metadata.labels")
            {
                errors.RequireFormat(path, map == "metadata.labels" ? key : key.ToLowerInvariant(), TextFormats.QualifiedName);
            }
            else
            {
                errors.Add(FieldError.Invalid(path, map, "does not support subscript"));
            }
        }
        else if (!supported.Contains(field))
        {
            errors.Add(IsKnown(field)
                ? FieldError.NotSupported(path.Child("fieldPath"), field, supported)
                : FieldError.Invalid(path.Child("fieldPath"), field, $"error converting fieldPath: field label not supported: {field}"));
        }
    }

    /// <summary>Checks a reference to a container's requests or limits.</summary>
    public static void CheckContainerField(ResourceFieldSelector selector, bool namesContainer, FieldPath path, FieldErrors errors)
    {
        if (namesContainer && selector.ContainerName.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("containerName")));
        }
        else if (errors.Require(path, "resource", selector.Resource) && !ContainerResources.Contains(selector.Resource)
            && !selector.Resource.StartsWith("limits.hugepages-", StringComparison.Ordinal)
            && !selector.Resource.StartsWith("requests.hugepages-", StringComparison.Ordinal))
        {
            errors.Add(FieldError.NotSupported(path.Child("resource"), selector.Resource, ContainerResources));
        }
        if (selector.Divisor is { IsZero: false } divisor)
        {
            CheckDivisor(selector.Resource, divisor.ToString(), path, errors);
        }
    }

    private static void CheckDivisor(string resource, string divisor, FieldPath path, FieldErrors errors)
    {
        const string Bytes = "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
        var problem = resource switch
        {
            "limits.cpu" or "requests.cpu" => divisor is "1m" or "1" ? null : "only divisor's values 1m and 1 are supported with the cpu resource",
            _ when ByteDivisors.Contains(divisor) => null,
            "limits.memory" or "requests.memory" => Bytes + "memory resource",
            "limits.ephemeral-storage" or "requests.ephemeral-storage" => Bytes + "local ephemeral storage resource",
            _ when resource.Contains(".hugepages-", StringComparison.Ordinal) => Bytes + "hugepages resource",
            _ => null,
        };
        if (problem is not null)
        {
            errors.Add(FieldError.Invalid(path.Child("divisor"), resource, problem));
        }
    }

    private static void CheckSource(EnvVarSource source, string value, FieldPath path, FieldErrors errors)
    {
        var count = 0;
        if (source.FieldRef is { } field)
        {
            count++;
            CheckPodField(field, PodFields, path.Child("fieldRef"), errors);
        }
        if (source.ResourceFieldRef is { } resource)
        {
            count++;
            CheckContainerField(resource, namesContainer: false, path.Child("resourceFieldRef"), errors);
        }
        if (source.ConfigMapKeyRef is { } configMap)
        {
            count++;
            CheckKey(configMap.Name, configMap.Key, path.Child("configMapKeyRef"), errors);
        }
        if (source.SecretKeyRef is { } secret)
        {
            count++;
            CheckKey(secret.Name, secret.Key, path.Child("secretKeyRef"), errors);
        }
        count += source.FileKeyRef is null ? 0 : 1;
        var problem = count switch
        {
            0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
            _ when value.Length > 0 => "may not be specified when `value` is not empty",
            > 1 => "may not have more than one field specified at a time",
            _ => null,
        };
        if (problem is not null)
        {
            errors.Add(FieldError.Invalid(path, "", problem));
        }
    }

    private static void CheckKey(string name, string key, FieldPath path, FieldErrors errors)
    {
        errors.RequireFormat(path, "name", name, TextFormats.Dns1123Subdomain);
        if (errors.Require(path, "key", key))
        {
            errors.RequireFormat(path, "key", key, TextFormats.ConfigKey);
        }
    }

    private static void CheckWhole(EnvFromSource source, FieldPath list, int index, FieldErrors errors)
    {
        var path = list.Index(index);
        if (source.Prefix.Length > 0)
        {
            errors.RequireFormat(path, "prefix", source.Prefix, TextFormats.EnvironmentName);
        }
        if (source.ConfigMapRef is { } configMap && errors.Require(path.Child("configMapRef"), "name", configMap.Name))
        {
            errors.RequireFormat(path.Child("configMapRef"), "name", configMap.Name, TextFormats.Dns1123Subdomain);
        }
        if (source.SecretRef is { } secret && errors.Require(path.Child("secretRef"), "name", secret.Name))
        {
            errors.RequireFormat(path.Child("secretRef"), "name", secret.Name, TextFormats.Dns1123Subdomain);
        }
        if (source is { ConfigMapRef: null, SecretRef: null })
        {
            errors.Add(FieldError.Invalid(list, "", "must specify one of: `configMapRef` or `secretRef`"));
        }
        else if (source is { ConfigMapRef: not null, SecretRef: not null })
        {
            errors.Add(FieldError.Invalid(list, "", "may not have more than one field specified at a time"));
        }
    }

    private static bool IsKnown(string field) => field is "metadata.annotations" or "metadata.labels" or "spec.restartPolicy"
        or "spec.schedulerName" or "status.phase" or "status.nominatedNodeName" or "spec.hostNetwork" || PodFields.Contains(field);
}
