using Holdfast.Node.Runtime;

namespace Holdfast.Node.Pods;

/// <summary>What the runtime is told of a pod's place: its names and how it looks names up.</summary>
internal static class SandboxSpecs
{
    public static PodSandboxSpec Of(Core.Pod pod, NodeAgentOptions options, string logFolder)
    {
        var host = pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : ShortName(pod.Metadata.Name);
        var domain = options.Dns?.Domain ?? "cluster.local";
        return new PodSandboxSpec
        {
            Namespace = pod.Metadata.Namespace,
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid,
            Hostname = host,
            FullyQualifiedName = pod.Spec.Subdomain.Length == 0 ? null : $"{host}.{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.{domain}",
            Dns = DnsOf(pod, options.Dns),
            HostAliases = [.. pod.Spec.HostAliases.Select(alias => new HostAlias(alias.Ip, [.. alias.Hostnames]))],
            LogDirectory = logFolder,
        };
    }

    private static DnsSettings? DnsOf(Core.Pod pod, ClusterDns? cluster)
    {
        var own = pod.Spec.DnsConfig;
        var usesCluster = pod.Spec.DnsPolicy is "" or "ClusterFirst" or "ClusterFirstWithHostNet" && cluster is not null;
        if (!usesCluster && own is null)
            return null;
        IEnumerable<string> servers = usesCluster ? cluster!.Nameservers : [];
        IEnumerable<string> searches = usesCluster ? [$"{pod.Metadata.Namespace}.svc.{cluster!.Domain}", $"svc.{cluster.Domain}", cluster.Domain] : [];
        IEnumerable<string> options = usesCluster ? ["ndots:5"] : [];
        return new DnsSettings
        {
            Nameservers = [.. servers.Concat(own?.Nameservers ?? []).Distinct()],
            Searches = [.. searches.Concat(own?.Searches ?? []).Distinct()],
            Options = [.. options.Concat((own?.Options ?? []).Select(option => option.Value is { } value ? $"{option.Name}:{value}" : option.Name)).Distinct()],
        };
    }

    // A host name has at most 63 characters, and does not end in a hyphen or a dot.
    private static string ShortName(string name) => name.Length <= 63 ? name : name[..63].TrimEnd('-', '.');
}
