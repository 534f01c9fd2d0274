using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Resources;
using Holdfast.Platform;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.ApiServer.Tests;

/// <summary>The server without HTTP over a store in memory, and a typed client for it.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private Cluster(ResourceStore store, ApiServerCore core, SimulatedDisk disk)
    {
        Store = store;
        Disk = disk;
        Core = core;
        Client = new KubernetesClient(core.InProcess(UserInfo.Administrator), "tests");
    }

    public ResourceStore Store { get; }

    public SimulatedDisk Disk { get; }

    public ApiServerCore Core { get; }

    public KubernetesClient Client { get; }

    public static async Task<Cluster> StartAsync()
    {
        var disk = new SimulatedDisk("tests");
        var journal = new SimulatedJournal(disk, new SeededChance(1), TimeProvider.System, new JournalFaults());
        var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), TimeProvider.System,
            new ThreadPoolTaskRunner(static fault => throw fault.Exception), Token);
        var cluster = new Cluster(store, new ApiServerCore(store, TimeProvider.System, new SeededChance(2)), disk);
        await cluster.Core.BootstrapAsync(null, Token);
        await cluster.CreateAsync(Objects.DefaultAccount());
        return cluster;
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<T> CreateAsync<T>(T resource) where T : class, IResource<T> => Client.CreateAsync(resource, Token);

    public Task<T> GetAsync<T>(string name) where T : class, IResource<T> => Client.GetAsync<T>("default", name, Token);

    public static async Task<ApiException> RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<ApiException>(call);

    public async ValueTask DisposeAsync() => await Store.DisposeAsync();
}
