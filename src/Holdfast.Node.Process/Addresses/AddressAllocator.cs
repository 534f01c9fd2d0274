using System.Globalization;
using System.Net;
using System.Text.Json;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Addresses;

/// <summary>
/// Gives each pod an address of its own and remembers it on disk. It goes round the network, so that a freed address
/// is the last to be given again: a name record that is a little old never leads to another pod.
/// </summary>
internal sealed class AddressAllocator
{
    private const int HostsPerBlock = 254;
    private const int Capacity = 256 * HostsPerBlock;

    private readonly string _file;
    private readonly string _prefix;
    private readonly Dictionary<string, string> _addressByPod = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private int _next;

    private AddressAllocator(string file, string prefix) => (_file, _prefix) = (file, prefix);

    public static AddressAllocator Open(string file, string prefix)
    {
        AddressAllocator allocator = new(file, prefix);
        if (!File.Exists(file)) return allocator;
        AddressRecord record = JsonSerializer.Deserialize(File.ReadAllText(file), ProcessJson.Default.AddressRecord)
            ?? throw new InvalidDataException($"{file} is empty");
        allocator._next = record.Next;
        foreach ((string pod, string address) in record.Pods)
        {
            allocator._addressByPod[pod] = address;
            allocator._used.Add(address);
        }

        return allocator;
    }

    public string Allocate(string podUid, string? requested)
    {
        if (_addressByPod.TryGetValue(podUid, out string? known)) return known;
        string address = requested is null ? NextFree() : Requested(podUid, requested);
        _addressByPod[podUid] = address;
        _used.Add(address);
        Save();
        return address;
    }

    public void Release(string podUid)
    {
        if (!_addressByPod.Remove(podUid, out string? address)) return;
        _used.Remove(address);
        Save();
    }

    private string Requested(string podUid, string address)
    {
        if (!IPAddress.TryParse(address, out IPAddress? parsed) || parsed.GetAddressBytes() is not [127, _, _, _])
        {
            throw new RuntimeException(
                RuntimeErrorKind.Invalid, $"pod {podUid}", $"the address {address} is not a loopback address (127.x.y.z)",
                "Ask for one, or for none to get a fresh one");
        }

        return _used.Contains(address)
            ? throw new RuntimeException(
                RuntimeErrorKind.Conflict, $"pod {podUid}", $"the address {address} belongs to another pod", "Ask for another one")
            : address;
    }

    private string NextFree()
    {
        if (_used.Count >= Capacity) throw RuntimeErrors.NoAddress(_prefix + ".0.0/16");
        string address;
        do
        {
            address = string.Create(CultureInfo.InvariantCulture, $"{_prefix}.{_next / HostsPerBlock}.{(_next % HostsPerBlock) + 1}");
            _next = (_next + 1) % Capacity;
        }
        while (_used.Contains(address));
        return address;
    }

    private void Save() => PrivateFile.Write(
        _file, JsonSerializer.Serialize(new AddressRecord(_next, _addressByPod), ProcessJson.Default.AddressRecord));
}

/// <summary>What the allocator keeps on disk.</summary>
/// <param name="Next">Index of the address to try next.</param>
/// <param name="Pods">Address of each pod, by uid.</param>
internal sealed record AddressRecord(int Next, Dictionary<string, string> Pods);
