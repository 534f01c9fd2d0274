using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Quorum;

/// <summary>Which cluster a disk belongs to and as whom; written once, when the disk is first used.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="MemberId">The member: it belongs to this disk for ever (T4).</param>
/// <param name="Name">What it was called when it joined.</param>
/// <param name="IsFounder">True for the one that founded the cluster.</param>
/// <param name="IsInUse">True once term, vote and log are there beside it: without them it must not come back.</param>
/// <param name="Checksum">CRC-32C of the rest: a flipped bit must not make another member of this one.</param>
public sealed record MemberIdentity(string ClusterId, string MemberId, string Name, bool IsFounder, bool IsInUse = false, uint? Checksum = null)
{
    private const string FileName = "identity.json";

    /// <summary>The member's number.</summary>
    public MemberId Id => Raft.MemberId.TryParse(MemberId, out var id) ? id : throw new UnusableDataException($"the member id '{MemberId}' is no number");

    /// <summary>The identity in a folder, or null for an empty disk.</summary>
    /// <exception cref="UnusableDataException">The file is there but cannot be read, or there is data without it.</exception>
    public static MemberIdentity? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return RefuseStrayData(folder);
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), QuorumJson.Default.MemberIdentity) ?? throw new JsonException("it is empty");
            return read.Checksum == read.Sum() ? read : throw new JsonException("its checksum is wrong");
        }
        catch (JsonException failure)
        {
            throw new UnusableDataException($"{path} cannot be read ({failure.Message}): keep the volume as evidence, and let the member come back with an empty one");
        }
    }

    /// <summary>True when a folder belongs to a member of a quorum.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Makes sure that the disk is that of the member which starts on it.</summary>
    /// <exception cref="UnusableDataException">It is another one's: the others would look for that one, and find nobody.</exception>
    public void RequireName(string member, string folder)
    {
        if (Name != member)
            throw new UnusableDataException(
                $"{folder} is the disk of member {Name} ({MemberId}) of cluster {ClusterId}, and this process is {member}: nothing was changed; give {member} its own volume, " +
                $"or an empty one, and start this one as {Name} (POD_NAME); if it was restored under a wrong name, restore it again with --name {member}");
    }

    /// <summary>Writes it, durably.</summary>
    public void Write(string folder) =>
        DurableFile.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this with { Checksum = Sum() }, QuorumJson.Default.MemberIdentity));

    /// <summary>A number that no one else has.</summary>
    public static string NewId()
    {
        Span<byte> bytes = stackalloc byte[8];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        while (value == 0);
        return new MemberId(value).ToString();
    }

    private uint Sum() => Crc32C.Of(Encoding.UTF8.GetBytes($"{ClusterId}/{MemberId}/{Name}/{IsFounder}/{IsInUse}"));

    private static MemberIdentity? RefuseStrayData(string folder)
    {
        foreach (var name in new[] { "log", "raft" })
        {
            if (Directory.Exists(Path.Combine(folder, name)) && Directory.EnumerateFiles(Path.Combine(folder, name), "*", SearchOption.AllDirectories).Any())
                throw new UnusableDataException(
                    $"{folder} holds data in {name}/ but no {FileName}: it belongs to a standalone member or to another program; " +
                    "start it without LEDGER_SERVICE and LEDGER_PEERS, or give the member an empty volume");
        }
        return null;
    }
}
