using System.Collections.Immutable;
using System.Net;
using Holdfast.Network.Dns.Wire;

namespace Holdfast.Network.Dns.Zone;

/// <summary>One name of an address.</summary>
/// <param name="Address">The address.</param>
/// <param name="Name">The name.</param>
internal sealed record ReverseName(IPAddress Address, DnsName Name);

/// <summary>
/// The names of addresses, found by their reverse name. A name that two objects give to one address is counted,
/// so that it stays until both are gone.
/// </summary>
internal sealed class ReverseIndex
{
    private readonly ImmutableDictionary<DnsName, ImmutableDictionary<DnsName, int>> _names;

    private ReverseIndex(ImmutableDictionary<DnsName, ImmutableDictionary<DnsName, int>> names) => _names = names;

    /// <summary>No names.</summary>
    public static ReverseIndex Empty { get; } = new(ImmutableDictionary<DnsName, ImmutableDictionary<DnsName, int>>.Empty);

    /// <summary>Finds the names of an address.</summary>
    /// <param name="reverseName">The address's name below <c>in-addr.arpa</c> or <c>ip6.arpa</c>.</param>
    /// <returns>The names, in their order as text.</returns>
    public IEnumerable<DnsName> Find(DnsName reverseName) =>
        _names.TryGetValue(reverseName, out var found) ? found.Keys.OrderBy(name => name.ToString(), StringComparer.Ordinal) : [];

    /// <summary>Takes away the names that an object gave, and adds those that it gives now.</summary>
    /// <param name="before">The names it gave.</param>
    /// <param name="after">The names it gives.</param>
    /// <returns>The new index.</returns>
    public ReverseIndex Replace(IEnumerable<ReverseName> before, IEnumerable<ReverseName> after)
    {
        var names = _names.ToBuilder();
        foreach (var name in after)
        {
            Count(names, name, 1);
        }

        foreach (var name in before)
        {
            Count(names, name, -1);
        }

        return new ReverseIndex(names.ToImmutable());
    }

    private static void Count(ImmutableDictionary<DnsName, ImmutableDictionary<DnsName, int>>.Builder names, ReverseName name, int by)
    {
        var reverse = DnsName.ReverseOf(name.Address);
        var counts = names.GetValueOrDefault(reverse) ?? ImmutableDictionary<DnsName, int>.Empty;
        var count = counts.GetValueOrDefault(name.Name) + by;
        counts = count == 0 ? counts.Remove(name.Name) : counts.SetItem(name.Name, count);
        if (counts.IsEmpty)
        {
            names.Remove(reverse);
            return;
        }

        names[reverse] = counts;
    }
}
