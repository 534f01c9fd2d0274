using System.Globalization;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What the author of a pod should be warned of: what is accepted and yet surely not meant.</summary>
internal static class PodWarnings
{
    public static void AddForPod(Pod pod, List<string> warnings) => Add(pod.Spec, "spec", warnings);

    public static void AddForTemplate(PodTemplateSpec template, PodTemplateSpec? old, List<string> warnings)
    {
        if (template == old)
        {
            return;
        }
        Add(template.Spec, "spec.template.spec", warnings);
        if (template.Spec.TerminationGracePeriodSeconds < 0)
        {
            warnings.Add("spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1");
        }
    }

    private static void Add(PodSpec spec, string path, List<string> warnings)
    {
        for (var i = 0; i < spec.TopologySpreadConstraints.Count; i++)
        {
            if (spec.TopologySpreadConstraints[i].LabelSelector is null)
            {
                warnings.Add($"{path}.topologySpreadConstraints[{i}].labelSelector: a null labelSelector results in matching no pod");
            }
        }
        AddForVolumes(spec.Volumes, path, warnings);
        AddRepeated(spec.HostAliases.Select(alias => alias.Ip), index => $"{path}.hostAliases[{index}].ip: duplicate ip", warnings);
        AddRepeated(spec.ImagePullSecrets.Select(secret => secret.Name), index => $"{path}.imagePullSecrets[{index}].name: duplicate name", warnings);
        for (var i = 0; i < spec.ImagePullSecrets.Count; i++)
        {
            if (spec.ImagePullSecrets[i].Name.Length == 0)
            {
                warnings.Add($"{path}.imagePullSecrets[{i}].name: invalid empty name \"\"");
            }
        }
        var ports = new List<(string Path, ContainerPort Port)>();
        AddForContainers(spec.InitContainers, $"{path}.initContainers", warnings);
        AddForContainers(spec.Containers, $"{path}.containers", warnings);
        AddForPorts(spec.InitContainers, $"{path}.initContainers", ports, warnings);
        AddForPorts(spec.Containers, $"{path}.containers", ports, warnings);
    }

    private static void AddForVolumes(ValueList<Volume> volumes, string path, List<string> warnings)
    {
        for (var i = 0; i < volumes.Count; i++)
        {
            AddIf(volumes[i].PhotonPersistentDisk, "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+");
            AddIf(volumes[i].GitRepo, "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+");
            AddIf(volumes[i].ScaleIO, "scaleIO", "deprecated in v1.16, non-functional in v1.22+");
            AddIf(volumes[i].Flocker, "flocker", "deprecated in v1.22, non-functional in v1.25+");
            AddIf(volumes[i].Storageos, "storageOS", "deprecated in v1.22, non-functional in v1.25+");
            AddIf(volumes[i].Quobyte, "quobyte", "deprecated in v1.22, non-functional in v1.25+");
            AddIf(volumes[i].Glusterfs, "glusterfs", "deprecated in v1.25, non-functional in v1.26+");
            AddIf(volumes[i].Cephfs, "cephfs", "deprecated in v1.28, non-functional in v1.31+");
            AddIf(volumes[i].Rbd, "rbd", "deprecated in v1.28, non-functional in v1.31+");

            void AddIf(object? source, string field, string words)
            {
                if (source is not null)
                {
                    warnings.Add($"{path}.volumes[{i}].{field}: {words}");
                }
            }
        }
    }

    private static void AddForContainers(ValueList<Container> containers, string path, List<string> warnings)
    {
        for (var i = 0; i < containers.Count; i++)
        {
            AddFractions(containers[i].Resources.Limits, $"{path}[{i}].resources.limits", warnings);
            AddFractions(containers[i].Resources.Requests, $"{path}[{i}].resources.requests", warnings);
            AddHidden(containers[i].Env, $"{path}[{i}].env", warnings);
        }
    }

    private static void AddFractions(ValueMap<Quantity> amounts, string path, List<string> warnings)
    {
        foreach (var name in (ReadOnlySpan<string>)["memory", "ephemeral-storage"])
        {
            if (amounts.TryGetValue(name, out var amount) && amount.ToMilliInt64() % 1000 != 0)
            {
                warnings.Add($"{path}[{name}]: fractional byte value \"{amount}\" is invalid, must be an integer");
            }
        }
    }

    /// <summary>A variable that is set again hides the first one, unless it builds on it.</summary>
    private static void AddHidden(ValueList<EnvVar> variables, string path, List<string> warnings)
    {
        for (var i = 1; i < variables.Count; i++)
        {
            var variable = variables[i];
            var reference = $"$({variable.Name})";
            var buildsOnIt = variable.ValueFrom is null && variable.Value != reference && variable.Value.Contains(reference, StringComparison.Ordinal);
            if (!buildsOnIt && variables.Take(i).Any(other => other.Name == variable.Name))
            {
                warnings.Add($"{path}[{i}]: hides previous definition of {QuotedText.Quote(variable.Name)}, which may be dropped when using apply");
            }
        }
    }

    private static void AddForPorts(ValueList<Container> containers, string path, List<(string Path, ContainerPort Port)> seen, List<string> warnings)
    {
        for (var i = 0; i < containers.Count; i++)
        {
            for (var j = 0; j < containers[i].Ports.Count; j++)
            {
                var (at, port) = (string.Create(CultureInfo.InvariantCulture, $"{path}[{i}].ports[{j}]"), containers[i].Ports[j]);
                foreach (var (other, taken) in seen)
                {
                    if (taken.ContainerPortValue != port.ContainerPortValue || taken.Protocol != port.Protocol)
                    {
                        continue;
                    }
                    if (taken.HostIP == port.HostIP && taken.HostPort == port.HostPort)
                    {
                        warnings.Add($"{at}: duplicate port definition with {other}");
                    }
                    else if (taken.HostPort == 0 || port.HostPort == 0)
                    {
                        warnings.Add($"{at}: overlapping port definition with {other}");
                    }
                }
                seen.Add((at, port));
            }
        }
    }

    private static void AddRepeated(IEnumerable<string> values, Func<int, string> words, List<string> warnings)
    {
        HashSet<string>? seen = null;
        var index = 0;
        foreach (var value in values)
        {
            if (!(seen ??= new(StringComparer.Ordinal)).Add(value))
            {
                warnings.Add($"{words(index)} {QuotedText.Quote(value)}");
            }
            index++;
        }
    }
}
