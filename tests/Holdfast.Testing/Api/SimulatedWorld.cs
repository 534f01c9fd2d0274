using Holdfast.Client;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;

namespace Holdfast.Testing.Api;

/// <summary>A fake API and everything a client needs, on one thread and over simulated time, from one seed.</summary>
public sealed class SimulatedWorld : ILogSink
{
    /// <summary>Makes a world.</summary>
    /// <param name="seed">Draws the order of things, identifiers and jitter.</param>
    public SimulatedWorld(ulong seed)
    {
        var chance = new SeededChance(seed);
        Scheduler = new SingleThreadScheduler(chance.Fork(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Api = new FakeApiTransport(Scheduler.Time, chance.Fork());
        Environment = new ClientEnvironment(
            Api, new SimulatedTaskRunner(Scheduler.Main, Faults.Add), Scheduler.Time, chance.Fork(), this);
    }

    /// <summary>Runs everything.</summary>
    public SingleThreadScheduler Scheduler { get; }

    /// <summary>The API.</summary>
    public FakeApiTransport Api { get; }

    /// <summary>What clients are made from.</summary>
    public ClientEnvironment Environment { get; }

    /// <summary>Loops that ended with an unexpected exception.</summary>
    public IList<TaskFault> Faults { get; } = [];

    /// <summary>What was logged.</summary>
    public IList<LogEntry> Log { get; } = [];

    /// <summary>Runs a test's body and hands on its failure.</summary>
    /// <param name="body">The body.</param>
    public Task Run(Func<Task> body) => Scheduler.Run(body);

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <param name="what">What is waited for: "the pod is there".</param>
    /// <param name="condition">Asked every simulated 10 milliseconds, for at most a simulated hour.</param>
    public async Task UntilAsync(string what, Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (Faults.Count > 0)
                throw new SimulationException($"{Faults[0].Name}: {Faults[0].Exception}");
            if (tries > 360_000)
                throw new SimulationException($"after a simulated hour it still does not hold that {what}");
            await Environment.Time.DelayAsync(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="span">How much.</param>
    public Task PassAsync(TimeSpan span) => Environment.Time.DelayAsync(span, CancellationToken.None);

    /// <inheritdoc/>
    public void Write(LogEntry entry) => Log.Add(entry);
}
