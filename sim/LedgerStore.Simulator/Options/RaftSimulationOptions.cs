using System.Globalization;
using Holdfast.Platform;
using LedgerStore.Ledger;

namespace LedgerStore.Simulator.Options;

/// <summary>What one run is like. Everything but the seed and the mutant is drawn from the seed. Times are simulated milliseconds.</summary>
public sealed record RaftSimulationOptions
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The known bug that is switched on.</summary>
    public RaftMutant Mutant { get; init; }

    /// <summary>The members at the beginning: 3 or 5.</summary>
    public int Members { get; init; } = 3;

    /// <summary>For how long faults happen.</summary>
    public int FaultyMilliseconds { get; init; } = 6_000;

    /// <summary>The probability that a message is lost.</summary>
    public double Loss { get; init; }

    /// <summary>The probability that a message comes twice.</summary>
    public double Repeat { get; init; }

    /// <summary>The longest way of a message; ways differ, so messages overtake each other.</summary>
    public int DelayMilliseconds { get; init; } = 3;

    /// <summary>The mean time between partitions, one-way cuts and bridges; zero for none.</summary>
    public int CutEvery { get; init; }

    /// <summary>The mean time between crashes; zero for none.</summary>
    public int CrashEvery { get; init; }

    /// <summary>The probability that a new leader is killed, or cut off, soon after its election.</summary>
    public double CrashNewLeader { get; init; }

    /// <summary>The longest time until a crashed process runs again.</summary>
    public int RestartMilliseconds { get; init; } = 600;

    /// <summary>The mean time between pauses; zero for none.</summary>
    public int PauseEvery { get; init; }

    /// <summary>The probability that the disk's call ends in a crash, before, in the middle of, or after its work.</summary>
    public double CrashInWrite { get; init; }

    /// <summary>The probability that a sync fails.</summary>
    public double FailedSync { get; init; }

    /// <summary>The mean time between disks running full; zero for none.</summary>
    public int FullEvery { get; init; }

    /// <summary>The mean time between disks being wiped; zero for none.</summary>
    public int WipeEvery { get; init; }

    /// <summary>The mean time between changes of the membership; zero for none.</summary>
    public int ChangeEvery { get; init; }

    /// <summary>The mean time between transfers of leadership; zero for none.</summary>
    public int TransferEvery { get; init; }

    /// <summary>The mean time between jumps of a member's clock, which make it campaign at once; zero for none.</summary>
    public int JumpEvery { get; init; }

    /// <summary>The mean time between leaders that are heard and hear nobody; zero for none.</summary>
    public int DeafEvery { get; init; }

    /// <summary>The mean time between bits that flip on a disk; zero for none.</summary>
    public int RotEvery { get; init; }

    /// <summary>The mean time between changes of a member's release; zero when all run the newer one.</summary>
    public int ReleaseEvery { get; init; }

    /// <summary>By how many percent the members' clocks differ.</summary>
    public int ClockSkewPercent { get; init; }

    /// <summary>A log longer than this is compacted.</summary>
    public int CompactAfter { get; init; } = 60;

    /// <summary>The most entries in one message.</summary>
    public int MessageEntries { get; init; } = 8;

    /// <summary>The most messages under way to one follower.</summary>
    public int InflightMessages { get; init; } = 4;

    /// <summary>The shortest election timeout in ticks of 10 ms. With a short one leaders change all the time, and leave much behind.</summary>
    public int ElectionTicks { get; init; } = 20;

    /// <summary>How many clients append and read.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>The longest pause between a client's operations.</summary>
    public int ClientPause { get; init; } = 40;

    /// <summary>How many clients the ledger remembers.</summary>
    public int RememberedClients { get; init; } = ClientWindows.MaxClients;

    /// <summary>After so many appends a client takes a new name; zero when it keeps its own.</summary>
    public int RenameEvery { get; init; }

    /// <summary>Draws a run: each fault is on in some runs only, so that combinations differ.</summary>
    public static RaftSimulationOptions Draw(ulong seed, RaftMutant mutant = RaftMutant.None)
    {
        // Another stream than the run's own, so that a new option does not move the rest.
        var (chance, names) = (new SeededChance(seed ^ 0x72616674), new SeededChance(seed ^ 0x6e616d6573));
        var areNamesFew = names.Next(2) == 0;
        return new RaftSimulationOptions
        {
            Seed = seed,
            Mutant = mutant,
            Members = chance.Next(2) == 0 ? 3 : 5,
            FaultyMilliseconds = 2_500 + chance.Next(3_500),
            Loss = chance.Next(2) == 0 ? 0 : 0.3 * chance.NextDouble(),
            Repeat = chance.Next(2) == 0 ? 0 : 0.1 * chance.NextDouble(),
            DelayMilliseconds = 1 + chance.Next(chance.Next(4) == 0 ? 120 : 15),
            CutEvery = Sometimes(chance, 200, 1_500),
            CrashEvery = Sometimes(chance, 60, 1_200),
            CrashNewLeader = chance.Next(2) == 0 ? 0 : chance.NextDouble(),
            RestartMilliseconds = chance.Next(2) == 0 ? 60 : 600,
            PauseEvery = Sometimes(chance, 200, 1_500),
            CrashInWrite = chance.Next(2) == 0 ? 0 : 0.01 * chance.NextDouble(),
            FailedSync = chance.Next(3) > 0 ? 0 : 0.004 * chance.NextDouble(),
            FullEvery = chance.Next(3) > 0 ? 0 : 300 + chance.Next(1_500),
            WipeEvery = Sometimes(chance, 800, 3_000),
            ChangeEvery = Sometimes(chance, 150, 900),
            TransferEvery = Sometimes(chance, 200, 1_000),
            JumpEvery = chance.Next(3) > 0 ? 0 : 10 + chance.Next(150),
            ClockSkewPercent = chance.Next(2) == 0 ? 0 : chance.Next(40),
            CompactAfter = 10 + chance.Next(100),
            MessageEntries = chance.Next(2) == 0 ? 1 : 1 + chance.Next(8),
            ElectionTicks = chance.Next(3) == 0 ? 3 + chance.Next(4) : 20,
            InflightMessages = 1 + chance.Next(6),
            Clients = 2 + chance.Next(5),
            ClientPause = 5 + chance.Next(60),
            RememberedClients = areNamesFew ? ClientWindows.MaxClients : 6 + names.Next(30),
            RenameEvery = areNamesFew ? 0 : 1 + names.Next(4),
        };
    }

    /// <summary>Draws a run of a kind.</summary>
    public static RaftSimulationOptions Draw(RaftRunKind kind, ulong seed, RaftMutant mutant = RaftMutant.None)
    {
        var (drawn, chance) = (Draw(seed, mutant), new SeededChance(seed ^ 0x6b696e64));
        return kind switch
        {
            RaftRunKind.Restless => DrawRestless(seed, mutant),
            RaftRunKind.Rot => drawn with { RotEvery = 150 + chance.Next(600), WipeEvery = 0 },
            RaftRunKind.Releases => drawn with { ReleaseEvery = 100 + chance.Next(500), FaultyMilliseconds = 8_000 },
            RaftRunKind.Bridges => drawn.Calm(1 + chance.Next(10)) with { CutEvery = 1_500 + chance.Next(3_000), DeafEvery = 2_000 + chance.Next(4_000) },
            RaftRunKind.Outsiders => drawn.Calm(1 + chance.Next(10)) with { CutEvery = 3_000 + chance.Next(4_000), ChangeEvery = 2_000 + chance.Next(3_000) },
            _ => drawn,
        };
    }

    /// <summary>Draws a run in which elections never end: five members, one entry in a message, clocks that jump, leaders that die young. It is where
    /// entries of old terms are left on few disks (Raft, figure 8).</summary>
    public static RaftSimulationOptions DrawRestless(ulong seed, RaftMutant mutant = RaftMutant.None)
    {
        var chance = new SeededChance(seed ^ 0x6669673821);
        return Draw(seed, mutant) with
        {
            Members = 5,
            Loss = 0.2 * chance.NextDouble(),
            DelayMilliseconds = 2 + chance.Next(12),
            JumpEvery = 12 + chance.Next(50),
            CrashNewLeader = 0.6 * chance.NextDouble(),
            RestartMilliseconds = 40,
            MessageEntries = 1,
            InflightMessages = 1,
            CompactAfter = 1_000,
            WipeEvery = 0,
            ChangeEvery = 0,
            Clients = 4,
            ClientPause = 8,
        };
    }

    /// <summary>The options in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"members {Members}, {FaultyMilliseconds} ms, loss {Loss:0.00}, repeat {Repeat:0.00}, delay {DelayMilliseconds}, cuts {CutEvery}, crashes {CrashEvery}/{RestartMilliseconds}, of new leaders {CrashNewLeader:0.00}, "
        + $"pauses {PauseEvery}, crash in write {CrashInWrite:0.0000}, failed sync {FailedSync:0.0000}, full {FullEvery}, wipes {WipeEvery}, changes {ChangeEvery}, "
        + $"transfers {TransferEvery}, jumps {JumpEvery}, deaf {DeafEvery}, rot {RotEvery}, releases {ReleaseEvery}, skew {ClockSkewPercent} %, compact after {CompactAfter}, messages {MessageEntries} x {InflightMessages}, election {ElectionTicks}, clients {Clients}/{ClientPause}, new names {RenameEvery}/{RememberedClients}, mutant {Mutant}");

    // Long, and nothing goes wrong but what is switched on after this.
    private RaftSimulationOptions Calm(int delayMilliseconds) => this with
    {
        FaultyMilliseconds = 20_000,
        Loss = 0,
        Repeat = 0,
        DelayMilliseconds = delayMilliseconds,
        CutEvery = 0,
        CrashEvery = 0,
        CrashNewLeader = 0,
        PauseEvery = 0,
        CrashInWrite = 0,
        FailedSync = 0,
        FullEvery = 0,
        WipeEvery = 0,
        ChangeEvery = 0,
        TransferEvery = 0,
        JumpEvery = 0,
        ClockSkewPercent = 0,
        ElectionTicks = 20,
    };

    private static int Sometimes(SeededChance chance, int least, int more) => chance.Next(2) == 0 ? 0 : least + chance.Next(more);
}
