using Holdfast.ApiServer;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Steward.Running;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>The disk of a cluster that was just made, with what every cluster begins with: the same for all seeds, and made once.</summary>
internal static class Installation
{
    private static readonly Lazy<SimulatedDisk> Made = new(() => Make(false));
    private static readonly Lazy<SimulatedDisk> MadeForStewards = new(() => Make(true));

    /// <summary>A disk of its own with a new cluster.</summary>
    /// <param name="identity">The store's identity.</param>
    /// <param name="isStewarded">Whether it has the kind Steward, and an account for it.</param>
    public static SimulatedDisk NewDisk(string identity, bool isStewarded) => (isStewarded ? MadeForStewards : Made).Value.Copy(identity);

    private static SimulatedDisk Make(bool isStewarded)
    {
        var chance = new SeededChance(0);
        var disk = new SimulatedDisk("installation");
        var scheduler = new SingleThreadScheduler(chance.Fork(), Simulation.Beginning);
        var made = scheduler.Run(async () =>
        {
            var journal = new SimulatedJournal(disk, chance.Fork(), scheduler.Time, new JournalFaults());
            var runner = new SimulatedTaskRunner(scheduler.CreateProcess("store"), _ => { });
            var store = await ResourceStore.OpenAsync(journal, new StoreOptions(), scheduler.Time, runner, CancellationToken.None);
            var api = new ApiServerCore(store, scheduler.Time, chance.Fork());
            await api.BootstrapAsync(null, CancellationToken.None);
            var client = new KubernetesClient(api.InProcess(UserInfo.Administrator), "kubectl");
            if (isStewarded)
            {
                await StewardInstallation.ApplyAccountAsync(client, CancellationToken.None);
                await StewardInstallation.ApplyDefinitionAsync(client, scheduler.Time, CancellationToken.None);
            }
            await client.CreateAsync(ModelJson.Read<ServiceAccount>("""{"metadata": {"name": "default", "namespace": "default"}}"""), CancellationToken.None);
        });
        return made.IsCompletedSuccessfully ? disk : throw new InvalidOperationException("a new cluster could not be made", made.Exception);
    }
}
