using System.Collections.Immutable;
using System.Net;

namespace LedgerStore.Quorum;

/// <summary>How the other members are found and spoken to.</summary>
public sealed record PeerOptions
{
    /// <summary>The most ordinals that are asked for.</summary>
    public const int MaxOrdinals = 9;

    /// <summary>The headless Service that gives every member its name, or null when <see cref="Fixed"/> names them all.</summary>
    public string? Service { get; init; }

    /// <summary>What the Service's name is looked up under: `.NAMESPACE.svc.cluster.local`, or nothing.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Members whose addresses are given instead of looked up.</summary>
    public ImmutableSortedDictionary<string, IPEndPoint> Fixed { get; init; } = ImmutableSortedDictionary<string, IPEndPoint>.Empty;

    /// <summary>Where members speak to each other.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The port of the others' API, as long as they have not said which it is.</summary>
    public required int ApiPort { get; init; }

    /// <summary>A folder with tls.crt, tls.key and ca.crt; without them members speak without encryption.</summary>
    public string? TlsFolder { get; init; }

    /// <summary>True when that folder was named on purpose: then it must hold them.</summary>
    public bool RequiresTls { get; init; }

    /// <summary>A DNS server to ask instead of the machine's.</summary>
    public IPEndPoint? DnsServer { get; init; }

    /// <summary>How many members found a cluster together: those with the lowest ordinals. With <see cref="Fixed"/> all of them do.</summary>
    public int Founders { get; init; } = 3;

    /// <summary>False when this member must never found a cluster.</summary>
    public bool MayFound { get; init; } = true;

    /// <summary>True when a follower passes appends on to the leader, false when it names the leader's address instead.</summary>
    public bool Forwards { get; init; } = true;

    /// <summary>The ordinal at the end of a member's name; -1 without one.</summary>
    public static int OrdinalOf(string name) =>
        int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), out var ordinal) ? ordinal : -1;

    /// <summary>Those who found a cluster together.</summary>
    public IReadOnlyList<string> FounderNames(string self)
    {
        if (Service is null)
            return [.. Fixed.Keys.Append(self).Distinct()];
        var set = self[..(self.LastIndexOf('-') + 1)];
        return [.. Enumerable.Range(0, Founders).Select(ordinal => $"{set}{ordinal}")];
    }

    /// <summary>Makes sure that one of the founders, and only one, is the one that founds: of ordinal 0.</summary>
    /// <exception cref="LedgerOptionsException">It is not so.</exception>
    public void RequireOneFounder(string self)
    {
        var first = FounderNames(self).Where(static name => OrdinalOf(name) == 0).ToList();
        if (first.Count == 1)
            return;
        throw new LedgerOptionsException(
            $"--peers (LEDGER_PEERS) must name one member of ordinal 0, which founds the cluster, as in ledger-store-0; of {string.Join(", ", FounderNames(self))} " +
            $"{(first.Count == 0 ? "none is it" : $"{string.Join(" and ", first)} are")}. A member that shall only join gets --found no (LEDGER_FOUND=no)");
    }

    /// <summary>Whoever may be a member besides <paramref name="self"/>.</summary>
    public IEnumerable<string> Candidates(string self)
    {
        if (Service is null)
            return Fixed.Keys.Where(name => name != self);
        var set = self[..(self.LastIndexOf('-') + 1)];
        return Enumerable.Range(0, MaxOrdinals).Select(ordinal => $"{set}{ordinal}").Where(name => name != self);
    }
}
