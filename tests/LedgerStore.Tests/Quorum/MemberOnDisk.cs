using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Raft;

namespace LedgerStore.Tests.Quorum;

/// <summary>A member's disk as its process uses it, without the process: a cluster of one in term 1.</summary>
public sealed class MemberOnDisk : IDisposable
{
    private const string ClusterId = "00000000000000c1";
    private readonly MemberIdentity identity;

    public MemberOnDisk(string folder, bool isFounder = true)
    {
        Directory.CreateDirectory(folder);
        identity = MemberIdentity.Read(folder) ?? new MemberIdentity(ClusterId, isFounder ? "0000000000000001" : "0000000000000002", "m", isFounder);
        identity.Write(folder);
        Disk = QuorumDisk.Open(folder, identity, LedgerRelease.All[^1], static _ => { });
        Entries = [.. Disk.Files.Entries];
        LastIndexPath = Path.Combine(folder, "..", Path.GetFileName(folder) + ".last");
    }

    public QuorumDisk Disk { get; }

    /// <summary>The replicated log: what was found, and what was appended since.</summary>
    public List<RaftEntry> Entries { get; }

    /// <summary>The newest entry of the replicated log that is there.</summary>
    public long LastIndex => Disk.Files.Entries.Count > 0 ? Disk.Files.Entries[^1].Index : Disk.Files.Mark.Index;

    /// <summary>The newest that was ever written.</summary>
    public long LastIndexWhole => long.Parse(File.ReadAllText(LastIndexPath), null);

    private string LastIndexPath { get; }

    /// <summary>Appends entries to the replicated log, one batch each, and applies them.</summary>
    public void Append(int count)
    {
        var next = File.Exists(LastIndexPath) ? LastIndexWhole : LastIndex;
        for (var number = 0; number < count; number++)
        {
            var command = new ReplicatedCommand.Append(new LedgerCommand(new byte[] { 1, 2, (byte)next }, new RequestIdentity("c", next + 1)), DateTimeOffset.UnixEpoch);
            Entries.Add(new RaftEntry(++next, 1, RaftEntryKind.Command, command.Encode()));
            Disk.Files.Append([Entries[^1]]);
            Disk.Ledger.Apply([command]);
        }
        File.WriteAllText(LastIndexPath, next.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The mark of what is applied.</summary>
    public SnapshotMark Mark()
    {
        Disk.Ledger.Sync();
        var membership = new Membership(Membership.Empty.Seats.Add(new MemberId(1), new MemberSeat("m", true)));
        return new SnapshotMark(LastIndexWhole, 1, membership, Disk.Ledger.Mark.Encode());
    }

    /// <summary>Keeps a mark of what is applied, and the log as it is.</summary>
    public void Compact() => Disk.Files.Save(Mark(), 1);

    public void Dispose()
    {
        Disk.Files.Dispose();
        Disk.Ledger.Dispose();
        Disk.Receiver.Dispose();
    }
}
