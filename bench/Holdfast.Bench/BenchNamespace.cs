using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Bench;

/// <summary>A namespace for what is measured; it is removed with all that is in it.</summary>
internal sealed class BenchNamespace : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly string _name;
    private readonly CancellationToken _cancellationToken;

    private BenchNamespace(KubernetesClient client, string name, CancellationToken cancellationToken) => (_client, _name, _cancellationToken) = (client, name, cancellationToken);

    internal static async Task<BenchNamespace> MakeAsync(KubernetesClient client, string name, CancellationToken cancellationToken)
    {
        await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, cancellationToken);
        return new(client, name, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DeleteAsync<Namespace>("", _name, null, _cancellationToken);
        while (await _client.FindAsync<Namespace>("", _name, _cancellationToken) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _cancellationToken);
    }
}
