using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Platform;
using LedgerStore.Raft;
using LedgerStore.Simulator.Checkers;
using LedgerStore.Simulator.Options;
using LedgerStore.Simulator.World;
using LedgerStore.Storage;

namespace LedgerStore.Simulator;

/// <summary>Runs a cluster through faults on one thread, from one seed: first a time of faults in which nothing may be broken, then a time without
/// in which everything must come to rest.</summary>
public sealed class RaftSimulation
{
    private const long RestMicroseconds = 12_000_000;

    private readonly PriorityQueue<Action, (long At, long Order)> events = new();
    private readonly List<SimulatedMember> members = [];
    private readonly List<string> story = [];
    private long order;
    private ulong identities;
    private int names;

    private RaftSimulation(RaftSimulationOptions options)
    {
        (Options, Chance) = (options, new SeededChance(options.Seed));
        RaftOptions = new RaftOptions
        {
            Flaws = MutantFlaws.Of(options.Mutant),
            ElectionTicks = options.ElectionTicks,
            ElectionSpreadTicks = Math.Max(8, options.ElectionTicks * 7 / 10),
            MaxMessageEntries = options.MessageEntries,
            MaxInflightMessages = options.InflightMessages,
            PromotionLag = 5,
        };
        Network = new SimulatedNetwork(Chance.Fork(), options);
        Referee = new RaftReferee { OnElected = member => Faults!.Elected(member) };
        Quiet = new QuietChecker(this);
        Majority = new MajorityChecker(this);
        Repeats = new RepeatChecker(options.RememberedClients);
        Clients = new SimulatedClients(this);
        Operator = new SimulatedOperator(this);
        Faults = new FaultPlan(this);
    }

    /// <summary>What this run is like.</summary>
    public RaftSimulationOptions Options { get; }

    /// <summary>The run's chance.</summary>
    public SeededChance Chance { get; }

    /// <summary>How the members behave.</summary>
    public RaftOptions RaftOptions { get; }

    /// <summary>The ways between members.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>Who checks.</summary>
    public RaftReferee Referee { get; }

    /// <summary>Who checks while nothing is wrong.</summary>
    public QuietChecker Quiet { get; }

    /// <summary>Who checks that a majority that can talk elects.</summary>
    public MajorityChecker Majority { get; }

    /// <summary>Who checks that a repeat is harmless.</summary>
    public RepeatChecker Repeats { get; }

    /// <summary>Who appends and reads.</summary>
    public SimulatedClients Clients { get; }

    /// <summary>Who keeps the membership.</summary>
    public SimulatedOperator Operator { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; }

    /// <summary>Everyone, also who does not run.</summary>
    public IReadOnlyList<SimulatedMember> Members => members;

    /// <summary>Simulated microseconds since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>Runs one simulation to its end or to the first violation.</summary>
    public static RaftSimulationResult Run(RaftSimulationOptions options)
    {
        var simulation = new RaftSimulation(options);
        string? violation = null;
        try
        {
            simulation.Found();
            simulation.RunFaults();
            simulation.RunToRest();
        }
        catch (Exception failure) when (failure is RaftViolation or RaftBrokenException)
        {
            violation = failure is RaftViolation ? failure.Message : $"R5: {failure.Message}";
            simulation.Tell(violation);
        }
        return new RaftSimulationResult(options, violation, simulation.story, simulation.order, simulation.Now,
            simulation.Clients.Acknowledged.Count, simulation.Clients.Reads, simulation.Referee.NewestTerm, simulation.Quiet.Looks, simulation.Majority.Looks, simulation.members.Max(static member => member.Ledger.Format), simulation.Repeats.Repeats, simulation.Repeats.Names);
    }

    /// <summary>Does something later.</summary>
    public void After(long microseconds, Action action) => events.Enqueue(action, (Now + microseconds, order++));

    /// <summary>Adds a line to the story.</summary>
    public void Tell(string line) => story.Add(string.Create(CultureInfo.InvariantCulture, $"{Now / 1000.0,10:0.000} {line}"));

    /// <summary>Puts a message on its way.</summary>
    public void Send(RaftMessage message, (int FormatsTo, int Process) sender)
    {
        foreach (var way in Network.Ways(message))
            After(1_000L * way, () => Deliver(message, sender));
    }

    /// <summary>A member's process has ended; it comes back after a while.</summary>
    public void Crashed(SimulatedMember member)
    {
        Quiet.Trouble();
        After(Math.Max(member.StartsNotBefore - Now, 1_000L * (20 + Chance.Next(Options.RestartMilliseconds))), () =>
        {
            if (member.Node is null && members.Contains(member) && !Operator.IsRetired(member.Id))
                Start(member);
        });
    }

    /// <summary>Starts a member's process.</summary>
    public void Start(SimulatedMember member)
    {
        Quiet.Trouble();
        member.Disk.IsHealthy = Network.IsHealthy;
        if (member.NextRelease is { } next && !(Operator.IsSwitchAsked && next.ReadsFormatsTo < member.Release.ReadsFormatsTo))
            member.Release = next;
        member.NextRelease = null;
        if (!TryStart(member))
            return;
        Tell($"{member.Name} starts in term {member.Node!.Term} with entries to {member.Node.Log.LastIndex}");
    }

    // A damaged disk is given up: its name comes back with an empty one. One that a newer release wrote waits for that release.
    private bool TryStart(SimulatedMember member)
    {
        try
        {
            member.Start(Chance.NextUInt64());
            return true;
        }
        catch (UnusableDataException refusal)
        {
            Tell($"{member.Name} stops before it serves: {refusal.Message}");
            if (member.Release.ReadsFormatsTo == DataFormat.Newest)
                Replace(member);
            else
                Crashed(member);
            return false;
        }
    }

    /// <summary>A member's disk is gone: its name comes back with an empty one, and a new identity (T4).</summary>
    public void Replace(SimulatedMember member)
    {
        if (Options.Mutant == RaftMutant.KeepsIdentityOnEmptyDisk)
        {
            members.Remove(member);
            Add(member.Id, member.Name, new HardState(0, MemberId.None), member.Disk.Mark with { Index = 0 });
            return;
        }
        Operator.Retire(member.Id);
        members.Remove(member);
        AddAnew(member.Name, member.Release);
    }

    /// <summary>One more member, which joins as a learner.</summary>
    public void AddMember() => AddAnew($"member-{names++}", LedgerRelease.All[^1]);

    private void Found()
    {
        var founders = Enumerable.Range(0, Options.Members).Select(_ => (Id: NextId(), Name: $"member-{names++}")).ToList();
        var seats = founders.ToImmutableSortedDictionary(static founder => founder.Id, static founder => new MemberSeat(founder.Name, true));
        var membership = new Membership(seats);
        Referee.Found(membership);
        foreach (var (id, name) in founders)
        {
            var entry = new RaftEntry(1, 1, RaftEntryKind.Membership, MembershipFormat.Encode(membership));
            var member = Make(id, name);
            member.Release = LedgerRelease.All[Options.ReleaseEvery > 0 ? 0 : ^1];
            member.Disk.Append([entry]);
            member.Disk.Save(new HardState(1, MemberId.None));
            Start(member);
        }
    }

    private void AddAnew(string name, LedgerRelease release)
    {
        var member = Make(NextId(), name);
        member.Release = release;
        Start(member);
    }

    private void Add(MemberId id, string name, HardState state, SnapshotMark mark)
    {
        var member = Make(id, name);
        member.Disk.Append([new RaftEntry(1, 1, RaftEntryKind.Membership, MembershipFormat.Encode(mark.Membership.VoterCount > 0 ? mark.Membership : Referee.Membership))]);
        member.Disk.Save(state with { Term = 1 });
        Start(member);
    }

    private MemberId NextId() => new(++identities);

    private SimulatedMember Make(MemberId id, string name)
    {
        var disk = new SimulatedDisk(Chance.Fork(), Options) { IsHealthy = true };
        var skew = Options.ClockSkewPercent == 0 ? 0 : Chance.Next(2 * Options.ClockSkewPercent) - Options.ClockSkewPercent;
        var member = new SimulatedMember(this, id, name, disk) { TickMicroseconds = 10_000 + (100 * skew) };
        disk.OnWritten = entries => Referee.Written(member, entries);
        members.Add(member);
        ScheduleTick(member);
        return member;
    }

    private void ScheduleTick(SimulatedMember member) => After(member.TickMicroseconds, () =>
    {
        if (!members.Contains(member))
            return;
        if (member.PausedUntil <= Now)
        {
            member.Act(static node => node.Tick());
            Quiet.Acted(member);
            Majority.Ticked();
        }
        ScheduleTick(member);
    });

    private void Deliver(RaftMessage message, (int FormatsTo, int Process) sender)
    {
        if (members.Find(member => member.Id == message.To) is not { Node: not null } member || !Network.IsOpen(message.From, message.To))
            return;
        if (member.PausedUntil > Now)
            After(member.PausedUntil - Now + 1, () => Deliver(message, sender)); // It waits in the socket.
        else
            member.Receive(message, sender);
    }

    private void RunFaults()
    {
        Clients.Begin();
        Operator.Begin();
        Faults.Begin();
        RunUntil(1_000L * Options.FaultyMilliseconds, static () => false);
    }

    private void RunToRest()
    {
        Tell("no more faults");
        Clients.AreEnding = true;
        Faults.End();
        var rested = RunUntil(Now + RestMicroseconds, IsAtRest);
        RaftReferee.Require("Liveness", rested, $"not at rest {RestMicroseconds / 1_000_000} s after the last fault: {Describe()}");
        foreach (var member in members.Where(member => !Operator.IsRetired(member.Id)))
        {
            var held = member.Ledger.Commands.ToHashSet();
            RaftReferee.Require("R4", Clients.Acknowledged.IsSubsetOf(held), $"{member.Name} lacks acknowledged appends");
            Repeats.AtRest(member);
        }
        Tell("everything is at rest");
    }

    private bool RunUntil(long end, Func<bool> isDone)
    {
        while (events.TryPeek(out _, out var when) && when.At <= end)
        {
            Now = when.At;
            events.Dequeue()();
            if (isDone())
                return true;
        }
        return isDone();
    }

    private bool IsAtRest()
    {
        if (!Clients.AreIdle || !Operator.IsContent(Referee.Membership))
            return false;
        var running = members.Where(member => !Operator.IsRetired(member.Id)).ToList();
        return running.Exists(static member => member.Node?.Role == RaftRole.Leader) && running.TrueForAll(member =>
            member.Node is { } node && node.Log.AppliedIndex == node.Log.LastIndex && node.Log.AppliedIndex == Referee.LastCommitted && node.Goal == node.Log.AppliedIndex);
    }

    private string Describe() => $"clients {(Clients.AreIdle ? "idle" : "waiting")}, committed {Referee.Membership} to {Referee.LastCommitted}; " +
        string.Join("; ", members.Select(member => member.Node is not { } node ? $"{member.Name} down" :
            $"{member.Name} {node.Role} of term {node.Term}, {node.Log.AppliedIndex}/{node.Log.CommitIndex}/{node.Log.LastIndex}, knows {node.Membership}"));
}
