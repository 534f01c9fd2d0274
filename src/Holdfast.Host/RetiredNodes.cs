using System.Globalization;
using Holdfast.Client;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Host;

/// <summary>
/// Takes nodes off a cluster that an earlier start had and this one does not ask for. A node's processes are ended first, within a grace
/// period; only then does its object go, after which its pods are removed and made anew elsewhere. Where they cannot be ended the
/// object stays: it falls silent, and its pods with it, but no second one of them is made. Objects of nodes that people made stay too.
/// </summary>
internal static class RetiredNodes
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Retires them.</summary>
    /// <returns>The names of the nodes that went.</returns>
    internal static async Task<IReadOnlyList<string>> RetireAsync(
        KubernetesClient client, string dataFolder, int nodes, ILogSink log, CancellationToken cancellationToken)
    {
        var gone = new List<string>();
        var there = await client.ListAsync<Model.Core.Node>(new ListQuery(), cancellationToken);
        foreach (var node in there.Items.Where(node => IsRetired(node, nodes)))
        {
            var name = node.Metadata.Name;
            try
            {
                await LeftoverPods.EndOnNodeAsync(dataFolder, name, Grace, cancellationToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeException)
            {
                log.Write(new LogEntry(LogSeverity.Warning, "nodes", $"{name} is not asked for any more and stays, since its pods could not be ended: {error.Message}"));
                continue;
            }
            await client.DeleteAsync<Model.Core.Node>("", name, null, cancellationToken);
            gone.Add(name);
        }
        return gone;
    }

    private static bool IsRetired(Model.Core.Node node, int nodes) =>
        node.Status.NodeInfo.KubeletVersion.EndsWith("-holdfast", StringComparison.Ordinal)
        && node.Metadata.Name.StartsWith("node-", StringComparison.Ordinal)
        && int.TryParse(node.Metadata.Name.AsSpan("node-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > nodes;
}
