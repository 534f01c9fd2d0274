[assembly: AssemblyFixture(typeof(Holdfast.ApiServer.Tests.SharedServer))]

namespace Holdfast.ApiServer.Tests;

/// <summary>One server for all tests that leave nothing on it which another could trip over.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private RunningServer? _server;

    internal RunningServer Running => _server!;

    /// <summary>Starts the server.</summary>
    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync(CancellationToken.None);

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
