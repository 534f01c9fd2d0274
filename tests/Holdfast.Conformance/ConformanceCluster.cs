using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Host;

[assembly: AssemblyFixture(typeof(Holdfast.Conformance.ConformanceCluster))]

namespace Holdfast.Conformance;

/// <summary>A cluster without nodes: its controllers run, its pods do not, and a conversation says itself how they fare.</summary>
public sealed class ConformanceCluster : IAsyncLifetime
{
    private EmbeddedCluster? _cluster;
    private PlainApi? _api;

    internal KubernetesClient Client => Started.Client;

    internal PlainApi Api => _api ?? throw new InvalidOperationException("the cluster has not been started");

    internal string Kubeconfig => Started.Kubeconfig;

    private EmbeddedCluster Started => _cluster ?? throw new InvalidOperationException("the cluster has not been started");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Nodes = 0 }, TestContext.Current.CancellationToken);
        _api = new PlainApi(KubeConfig.Load(_cluster.Kubeconfig));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
