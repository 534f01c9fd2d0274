using Holdfast.ApiServer;
using Holdfast.ApiServer.Admission.Webhooks;
using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Story;
using Holdfast.Store;
using Holdfast.Store.Simulation;

namespace Holdfast.Simulator.World;

/// <summary>The process with the store and the API server, over a disk that outlives it. It stops when the disk fails, and is started again.</summary>
/// <param name="parts">What it works with.</param>
#pragma warning disable CA1001 // The sources have no timer, and whoever died with the server may still hold their tokens.
public sealed class ServerProcess(ServerParts parts)
#pragma warning restore CA1001
{
    private SimulatedProcess? _process;
    private ResourceStore? _store;
    private ApiServerCore? _core;
    private CancellationTokenSource _down = new();
    private SimulatedDisk? _first;

    /// <summary>The disk.</summary>
    public SimulatedDisk Disk => parts.Disk;

    /// <summary>Whether it serves.</summary>
    public bool IsUp => _core is not null;

    /// <summary>Cancelled when the process that serves now ends.</summary>
    public CancellationToken Down => _down.Token;

    /// <summary>The store as it was last served; what is read from it was durable.</summary>
    public ResourceStore Store => _store ?? throw new InvalidOperationException("the server was never started");

    /// <summary>Told after each start, before anybody is served.</summary>
    public Action<ResourceStore>? OnStarted { get; set; }

    /// <summary>Told when it goes down.</summary>
    public Action? OnDown { get; set; }

    /// <summary>The server.</summary>
    /// <exception cref="ApiException">It is down.</exception>
    public ApiServerCore Core => _core ?? throw new ApiException(Status.Empty with { Message = "connection refused" });

    /// <summary>Starts it over what the disk holds; what cannot be trusted is replaced by the operator from the last good copy.</summary>
    /// <param name="backup">The last good copy, when the disk was damaged.</param>
    public async Task StartAsync(SimulatedDisk? backup = null)
    {
        var process = parts.Scheduler.CreateProcess("server");
        if (IsMutant(Mutant.RestoresAnOlderCopy))
            _first ??= parts.Disk.Copy();
        try
        {
            _store = await OpenAsync(process);
            if (backup is not null)
                throw new InvariantViolation("A1", "the store served a log that had been damaged");
        }
        catch (StoreCorruptException damaged) when (backup is not null)
        {
            parts.Tally.Add("damage detected and restored");
            parts.Story.Tell("server", $"refuses to serve: {damaged.Message}");
            parts.Disk.Restore(IsMutant(Mutant.RestoresAnOlderCopy) ? _first! : backup);
            parts.Story.Tell("operator", "restores the copy from before the damage");
            _store = await OpenAsync(process);
        }
        _process = process;
        OnStarted?.Invoke(_store);
        var core = new ApiServerCore(_store, parts.Clock, parts.Chance.Fork(), webhooks: parts.Webhooks);
        if (parts.Webhooks is not null)
            await core.Registry.ServeCustomResourcesAsync();
        _core = core;
        _down = new CancellationTokenSource();
        _ = SuperviseAsync(_store);
    }

    /// <summary>Whether a known bug is switched on.</summary>
    /// <param name="mutant">The bug.</param>
    public bool IsMutant(Mutant mutant) => parts.Options.Mutant == mutant;

    /// <summary>Kills it: what was not yet synced may be lost.</summary>
    /// <param name="why">For the story.</param>
    public void Crash(string why)
    {
        if (_core is null)
            return;
        _core = null;
        OnDown?.Invoke();
        _process?.Kill();
        var lost = parts.Disk.Crash(parts.Chance);
        parts.Story.Tell("server", $"{why}{(lost > 0 ? $"; {lost} batches that were not synced are lost" : "")}");
        _down.Cancel();
    }

    private Task<ResourceStore> OpenAsync(SimulatedProcess process)
    {
        var faults = new JournalFaults
        {
            MaxDelay = parts.Options.DiskDelay,
            SkipsSync = parts.Options.Mutant == Mutant.SkipsSync,
            TrustsDamage = parts.Options.Mutant == Mutant.TrustsDamagedLog,
        };
        var real = new SimulatedJournal(parts.Disk, parts.Chance.Fork(), parts.Scheduler.Time, faults);
        IJournal journal = parts.Options.Mutant == Mutant.AcknowledgesBeforeCommit ? new HastyJournal(real, new SimulatedTaskRunner(process, _ => { })) : real;
        var options = new StoreOptions { HistoryEventsPerCollection = parts.Options.HistoryEvents };
        return ResourceStore.OpenAsync(journal, options, parts.Clock, new SimulatedTaskRunner(process, parts.OnFault), CancellationToken.None);
    }

    /// <summary>A store that has failed ends its process, as the host does; the operator frees the disk and starts it again.</summary>
    private async Task SuperviseAsync(ResourceStore store)
    {
        var failure = await store.Failed;
        if (!ReferenceEquals(store, _store) || _core is null)
            return;
        Crash($"stops: {failure.Message}");
        await parts.Scheduler.Time.DelayAsync(TimeSpan.FromMilliseconds(500 + parts.Chance.Next(5_000)), CancellationToken.None);
        parts.Disk.IsFull = false;
        parts.Story.Tell("operator", "sees to the disk and starts the server again");
        try
        {
            await StartAsync();
        }
        catch (Exception found)
        {
            parts.OnFault(new TaskFault("server", found));
        }
    }
}

/// <summary>What the server works with.</summary>
/// <param name="Options">How the run is.</param>
/// <param name="Scheduler">Runs everything.</param>
/// <param name="Clock">Its clock.</param>
/// <param name="Chance">Chooses.</param>
/// <param name="Disk">What outlives it.</param>
/// <param name="Story">What is told.</param>
/// <param name="Tally">Counts faults.</param>
/// <param name="OnFault">Told of loops that ended with an exception nobody expected.</param>
public sealed record ServerParts(
    SimulationOptions Options, SingleThreadScheduler Scheduler, ComponentClock Clock, SeededChance Chance, SimulatedDisk Disk, StoryTeller Story, Tally Tally,
    Action<TaskFault> OnFault)
{
    /// <summary>The way to webhooks; null when none are served.</summary>
    public IWebhookTransport? Webhooks { get; init; }
}
