using System.CommandLine;
using Holdfast.Client.Http;
using Holdfast.Host;

namespace Holdfast.Cli;

/// <summary>Which cluster a command asks that works on any Kubernetes.</summary>
internal sealed class ClusterAccess
{
    private readonly Option<string> _data = DataFolders.Option();
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The cluster to ask; left out, KUBECONFIG, else the cluster of the data folder", HelpName = "FILE" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "The namespace; left out, that of the kubeconfig's context", HelpName = "NAMESPACE" };

    /// <summary>The options, for a command.</summary>
    internal IEnumerable<Option> Options => [_data, _kubeconfig, _namespace];

    /// <summary>The option that names the data folder.</summary>
    internal Option<string> Data => _data;

    /// <summary>The cluster and the namespace.</summary>
    /// <exception cref="KubeConfigException">There is no kubeconfig that can be read.</exception>
    internal (KubeConfig Cluster, string Namespace) Load(ParseResult result)
    {
        var path = result.GetValue(_kubeconfig)
            ?? (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } variable ? variable.Split(Path.PathSeparator)[0] : null)
            ?? EmbeddedCluster.KubeconfigOf(Path.GetFullPath(result.GetValue(_data)!));
        var cluster = KubeConfig.Load(Path.GetFullPath(path));
        return (cluster, result.GetValue(_namespace) ?? cluster.Namespace);
    }
}
