using Holdfast.Client.Events;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;
using Holdfast.Node.Volumes;
using Holdfast.Testing.Api;

namespace Holdfast.Node.Tests.Agent;

/// <summary>An agent over a fake API and a fake runtime, on one thread and over simulated time.</summary>
internal sealed class NodeFixture : IPodNetwork, IEventRecorder
{
    public NodeFixture(ulong seed = 1)
    {
        World = new SimulatedWorld(seed);
        Runtime = new FakeContainerRuntime(World.Scheduler.Time);
        Options = new NodeAgentOptions
        {
            Name = Pods.NodeName,
            Zone = "a",
            DataFolder = "/nowhere",
            Runtime = Runtime,
            Network = this,
            VolumeFiles = new NoVolumeFiles(),
            Events = this,
        };
    }

    public SimulatedWorld World { get; }

    /// <summary>The agent that <see cref="RunAsync"/> has started.</summary>
    public NodeAgent? Agent { get; private set; }

    public FakeContainerRuntime Runtime { get; }

    public NodeAgentOptions Options { get; set; }

    public List<EventNote> Events { get; } = [];

    /// <summary>Decides what a pod answers to a path; 200 unless set.</summary>
    public Func<string, int> OnGet { get; set; } = _ => 200;

    public List<string> Gets { get; } = [];

    public NodeAgent NewAgent() => new(Options, World.Environment);

    public async Task<NodeAgent> StartedAsync()
    {
        var agent = NewAgent();
        await agent.StartAsync(CancellationToken.None);
        return agent;
    }

    /// <summary>Runs a test's body with a started agent and stops it at the end.</summary>
    public static Task RunAsync(Func<NodeFixture, Task> body, Action<NodeFixture>? prepare = null)
    {
        var node = new NodeFixture();
        prepare?.Invoke(node);
        return node.World.Run(async () =>
        {
            var agent = node.Agent = await node.StartedAsync();
            await body(node);
            await agent.StopAsync(leavePods: true, CancellationToken.None);
            Assert.Empty(node.World.Faults);
        });
    }

    public Pod? Pod(string name) => World.Api.Find<Pod>("default", name);

    public Task UntilAsync(string what, Func<bool> condition) => World.UntilAsync(what, condition);

    public Task UntilReadyAsync(string name) => UntilAsync($"{name} is ready", () => Pod(name).Condition("Ready") == "True");

    public Task UntilGoneAsync(string name) => UntilAsync($"{name} is gone", () => Pod(name) is null);

    public async Task DeleteAsync(string name, long? grace = null) => await new Client.KubernetesClient(World.Api, "test").DeleteAsync<Pod>(
        "default", name, grace is null ? null : DeleteOptions.Empty with { GracePeriodSeconds = grace }, CancellationToken.None);

    public ContainerId Id(string pod, string container, int attempt = 0) => new(Pod(pod)!.Metadata.Uid, container, attempt);

    public Task<int> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Gets.Add(address.AbsolutePath);
        return Task.FromResult(OnGet(address.AbsolutePath));
    }

    public Task ConnectAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Record(EventNote note) => Events.Add(note);
}
