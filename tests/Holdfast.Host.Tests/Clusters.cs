using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Host.Tests;

/// <summary>Clusters that start quickly and run nothing.</summary>
internal static class Clusters
{
    internal static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static EmbeddedClusterOptions On(string dataFolder) => new()
    {
        DataFolder = dataFolder,
        Runtime = PodRuntime.Fake,
        Nodes = 0,
        CommandLine = "the tests of the host",
    };

    internal static Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options) => EmbeddedCluster.StartAsync(options, Stop);

    /// <summary>The one line by which a start is refused.</summary>
    internal static async Task<string> RefusalAsync(EmbeddedClusterOptions options)
    {
        var refused = await Assert.ThrowsAsync<ClusterException>(() => StartAsync(options));
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }

    internal static ConfigMap ConfigMap(string name, string value) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Data = ValueMap.Of(("value", value)),
    };
}
