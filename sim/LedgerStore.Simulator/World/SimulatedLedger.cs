using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Ledger;

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

/// <summary>The state machine: a list of commands with a running hash; repeats are recognised by the ledger's own windows (R12).</summary>
public sealed class SimulatedLedger
{
    private readonly ClientWindows windows = new();
    private readonly List<LedgerCommandModel> commands = [];

    /// <summary>A ledger that holds a snapshot's commands.</summary>
    public SimulatedLedger(IEnumerable<LedgerCommandModel> snapshot)
    {
        foreach (var command in snapshot)
            Add(command);
    }

    /// <summary>The commands that took effect.</summary>
    public IReadOnlyList<LedgerCommandModel> Commands => commands;

    /// <summary>The running hash over them.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Applies a command unless it was applied before; gives its place.</summary>
    public long Apply(LedgerCommandModel command)
    {
        var identity = Identity(command);
        return windows.Judge(identity, out var index) == IdentityVerdict.New ? Add(command) : index;
    }

    private long Add(LedgerCommandModel command)
    {
        commands.Add(command);
        windows.Note(Identity(command), commands.Count);
        Span<byte> bytes = stackalloc byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Hash);
        command.Encode().CopyTo(bytes[8..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        Hash = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        return commands.Count;
    }

    private static RequestIdentity Identity(LedgerCommandModel command) => new($"c{command.Client}", command.Sequence);
}
