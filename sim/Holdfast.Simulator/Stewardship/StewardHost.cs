using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Client.LeaderElection;
using Holdfast.Controllers.Runtime;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Ledger;
using Holdfast.Simulator.Mutants;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.World;
using Holdfast.Steward;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Running;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Simulator.Stewardship;

/// <summary>
/// A process with the Steward: the production one, over simulated doors. Where there are two they stand for election as the operator's do, and only the one that
/// leads and knows the cluster is asked by webhooks; a single one, as in the embedded cluster, listens at a new address after each start.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="options">How the run is.</param>
/// <param name="environmentOf">The way to the API server for a process.</param>
/// <param name="cachesOf">The same for its caches.</param>
/// <param name="scheduler">Runs everything.</param>
/// <param name="link">Its network.</param>
/// <param name="world">What it works with besides.</param>
internal sealed class StewardHost(
    string name, SimulationOptions options, Func<SimulatedProcess, ClientEnvironment> environmentOf, Func<ClientEnvironment, ClientEnvironment> cachesOf,
    SingleThreadScheduler scheduler, Link link, StewardWorld world) : RestartableProcess(name, environmentOf, scheduler)
{
    private const int SharedPort = 9443;

    private bool IsElected => options.Steward!.HasTwo;

    private int Port => IsElected ? SharedPort : SharedPort + Starts;

    /// <inheritdoc/>
    protected override Task RunAsync(ClientEnvironment environment, SimulatedProcess process, CancellationToken stop) => !IsElected
        ? ServeAsync(environment, environment, process, stop)
        : new LeaderElector(GroundTruth.StewardsLease, Name, environment, new LeaderElectionOptions()).RunAsync(
            term => ServeAsync(Fenced(environment, term), environment, process, options.Mutant == Mutant.DeposedStewardsGoOn ? stop : term.Ended), stop);

    private ClientEnvironment Fenced(ClientEnvironment environment, LeaderTerm term) => options.Mutant switch
    {
        Mutant.WritesWithoutTerm => environment,
        Mutant.DeposedStewardsGoOn => environment with { Transport = new MutantFence(environment.Transport, term.Fence) },
        _ => environment with { Transport = new FencedTransport(environment.Transport, term) },
    };

    private async Task ServeAsync(ClientEnvironment environment, ClientEnvironment plain, SimulatedProcess process, CancellationToken stop)
    {
        environment = environment with { Transport = MutantSteward.Around(environment.Transport, options.Mutant) };
        var context = new ControllerContext(environment, new SharedCaches(MutantMemory.Around(cachesOf(plain), options.Mutant, Starts), Impatient), new ControllerOptions { Workers = 2 });
        IMemberDoor door = new SimulatedDoor(Name, world.Ledger, world.Cuts, environment.Time, world.Chance.Fork(), world.Faults);
        var controllers = new StewardControllers(context, new MemberCaller(MutantDoor.Around(door, options.Mutant, environment.Time)), new NoOutside());
        using var watches = controllers.Watches;
        var answerer = MutantAnswerer.Around(controllers.Answerer, options.Mutant);
        if (!IsElected)
            world.Webhooks.Listen(Port, process, link, answerer);
        var host = new ControllerHost(context);
        controllers.AddTo(host);
        WebhookRegistrar.AddTo(host, context, new WebhookReach(WebhookConfigurations.ByUrl("127.0.0.1", Port, ""), StewardNames.UserName));
        var running = host.RunAsync(stop);
        if (IsElected)
            await AnswerOnceReadyAsync(context, process, answerer, stop);
        await running;
        world.Webhooks.Close(Port, process);
    }

    // Nobody is led to it before it knows the cluster.
    private async Task AnswerOnceReadyAsync(ControllerContext context, SimulatedProcess process, IAdmissionAnswerer answerer, CancellationToken stop)
    {
        try
        {
            await context.Caches.WaitForSyncAsync(stop);
            world.Webhooks.Listen(Port, process, link, answerer);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
    }

    private sealed class NoOutside : IOutside
    {
        public Task<ActionOutcome> GetAsync(string address, TimeSpan timeout, CancellationToken cancellationToken) =>
            Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Unreachable, $"{address}: there is nobody"));

        public Task<ActionOutcome> LastLinesAsync(string namespaceName, string pod, bool isPrevious, CancellationToken cancellationToken) =>
            Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Refused, $"{pod} has written nothing"));
    }
}
