using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Ledger;
using LedgerStore.Simulator.Options;
using LedgerStore.Storage;

namespace LedgerStore.Simulator.World;

/// <summary>A client's command.</summary>
/// <param name="Client">Who.</param>
/// <param name="Sequence">Which of its commands.</param>
public readonly record struct LedgerCommandModel(int Client, long Sequence)
{
    /// <summary>As an entry's data.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), Sequence);
        return bytes;
    }

    /// <summary>From an entry's data.</summary>
    public static LedgerCommandModel Decode(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]));
}

/// <summary>The state machine: a list of commands with a running hash; repeats are recognised by the ledger's own windows (R12), which are made again from the
/// commands of a snapshot as the real ledger does it.</summary>
public sealed class SimulatedLedger
{
    private readonly RaftMutant mutant;
    private readonly ClientWindows windows;
    private readonly List<LedgerCommandModel> commands = [];
    private ulong running;

    /// <summary>A ledger that holds a snapshot's commands.</summary>
    public SimulatedLedger(IEnumerable<LedgerCommandModel> snapshot, RaftSimulationOptions options, int format = DataFormat.Oldest)
    {
        (Format, mutant) = (format, options.Mutant);
        windows = new ClientWindows(mutant == RaftMutant.ForgetsClientsEarly ? options.RememberedClients / 2 : options.RememberedClients);
        foreach (var command in snapshot)
            Add(command, isNoted: mutant != RaftMutant.ForgetsClientsInSnapshots);
    }

    /// <summary>The commands that took effect.</summary>
    public IReadOnlyList<LedgerCommandModel> Commands => commands;

    /// <summary>The data format that the cluster has agreed on.</summary>
    public int Format { get; private set; }

    /// <summary>The running hash over them, and over the format.</summary>
    public ulong Hash => running + ((ulong)Format * 0x9e3779b97f4a7c15);

    /// <summary>A snapshot's note: how many commands (8), and the format (4).</summary>
    public byte[] Note => [.. BitConverter.GetBytes((long)commands.Count), .. BitConverter.GetBytes(Format)];

    /// <summary>The format in a snapshot's note.</summary>
    public static int FormatIn(ReadOnlyMemory<byte> note) => note.Length < 12 ? DataFormat.Oldest : BitConverter.ToInt32(note.Span[8..]);

    /// <summary>From here on everyone writes a newer format.</summary>
    public void SwitchTo(int format) => Format = Math.Max(Format, format);

    /// <summary>Applies a command unless it was applied before; gives its place.</summary>
    public long Apply(LedgerCommandModel command)
    {
        var identity = Identity(command);
        return windows.Judge(identity, out var index) == IdentityVerdict.New || mutant == RaftMutant.AppliesRepeats ? Add(command, isNoted: true) : index;
    }

    private long Add(LedgerCommandModel command, bool isNoted)
    {
        commands.Add(command);
        if (isNoted)
            windows.Note(Identity(command), commands.Count);
        Span<byte> bytes = stackalloc byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, running);
        command.Encode().CopyTo(bytes[8..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        running = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        return commands.Count;
    }

    private static RequestIdentity Identity(LedgerCommandModel command) => new($"c{command.Client}", command.Sequence);
}
