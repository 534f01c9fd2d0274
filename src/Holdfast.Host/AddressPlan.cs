using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Host;

/// <summary>
/// Which loopback addresses a cluster uses. Sixteen blocks of 127.0.0.0/8 make a slot: one for the cluster's own servers, one
/// for Services, fourteen for nodes. A cluster keeps its slot over restarts, since pods outlive a crash with their
/// addresses; two clusters on one machine have two slots. The slot is held by a socket, so that it is free when its holder is gone.
/// </summary>
internal sealed class AddressPlan : IDisposable
{
    private const int Slots = 14;
    private const int ClaimPort = 10259;

    private readonly Socket _claim;
    private readonly int _block;

    private AddressPlan(int slot, Socket claim) => (Slot, _block, _claim) = (slot, (slot + 1) * 16, claim);

    internal int Slot { get; }

    /// <summary>Where the cluster's DNS listens.</summary>
    internal IPAddress Dns => new([127, (byte)_block, 0, 10]);

    /// <summary>The second number of Services' addresses.</summary>
    internal byte ServiceBlock => (byte)(_block + 1);

    /// <summary>The first two numbers of the addresses of a node's pods.</summary>
    /// <param name="index">The node, from 0.</param>
    internal string NodePrefix(int index) => Prefix(2 + index);

    /// <summary>Takes the slot that the data folder names, or else a free one, and notes it there.</summary>
    /// <remarks>Where the search begins depends on the folder: were it the first for all, a new cluster would often take that of one that stands still, which could not start again then.</remarks>
    /// <exception cref="ClusterException">The slot is another cluster's, or none is free.</exception>
    internal static AddressPlan Claim(string dataFolder)
    {
        var file = Path.Combine(dataFolder, "address-slot");
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept < Slots)
        {
            return TryClaim(kept) ?? throw new ClusterException(
                $"the loopback addresses 127.{(kept + 1) * 16}.0.0 of the cluster in {dataFolder} are in use by another cluster on this machine: stop that one first.");
        }
        var inUse = BlocksInUse();
        foreach (var slot in Enumerable.Range(First(dataFolder), Slots).Select(each => each % Slots))
        {
            // Pods outlive a crash of their cluster: where one still listens, the slot is that cluster's.
            if (!inUse.Contains(slot + 1) && TryClaim(slot) is { } plan)
            {
                File.WriteAllText(file, slot.ToString(CultureInfo.InvariantCulture));
                return plan;
            }
        }
        throw new ClusterException($"{Slots} clusters run on this machine already and each needs loopback addresses of its own: stop one of them first.");
    }

    /// <summary>Where the search for a folder's slot begins: the same at each try, and for most folders another one.</summary>
    /// <param name="dataFolder">The folder's path.</param>
    internal static int First(string dataFolder) => SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(dataFolder)))[0] % Slots;

    public void Dispose() => _claim.Dispose();

    private static AddressPlan? TryClaim(int slot)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, (byte)((slot + 1) * 16), 0, 1]), ClaimPort));
            socket.Listen(1);
            return new AddressPlan(slot, socket);
        }
        catch (SocketException)
        {
            // Somebody has it; the caller says so when that matters.
            socket.Dispose();
            return null;
        }
    }

    /// <summary>The sixteens of 127.0.0.0/8 in which anything listens, read from the kernel's table of sockets.</summary>
    private static HashSet<int> BlocksInUse()
    {
        const string Sockets = "/proc/net/tcp";
        const string Listening = "0A";
        var blocks = new HashSet<int>();
        foreach (var line in File.Exists(Sockets) ? File.ReadLines(Sockets).Skip(1) : [])
        {
            // Address and port in hexadecimal, the address' numbers from the last to the first: 0100007F:1F90.
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [_, { Length: >= 8 } local, _, Listening, ..] && local.AsSpan(6, 2) is "7F")
            {
                blocks.Add(int.Parse(local.AsSpan(4, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 16);
            }
        }
        return blocks;
    }

    private string Prefix(int offset) => string.Create(CultureInfo.InvariantCulture, $"127.{_block + offset}");
}
