namespace LedgerStore.Quorum;

/// <summary>What a member with an empty disk found out about another one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">How it is.</param>
/// <param name="ClusterId">Its cluster, when it belongs to one.</param>
public sealed record Neighbour(string Name, NeighbourState State, string? ClusterId = null);

/// <summary>How another member is, seen from outside.</summary>
public enum NeighbourState
{
    /// <summary>Its name leads nowhere now.</summary>
    NoAddress,

    /// <summary>It has an address and does not answer.</summary>
    Silent,

    /// <summary>It says that its disk is empty.</summary>
    Empty,

    /// <summary>It belongs to a cluster.</summary>
    Member,
}

/// <summary>What a member with an empty disk does next.</summary>
public abstract record FoundingPlan
{
    private FoundingPlan()
    {
    }

    /// <summary>It joins a cluster that is there.</summary>
    /// <param name="ClusterId">Which.</param>
    public sealed record Join(string ClusterId) : FoundingPlan;

    /// <summary>It founds one.</summary>
    public sealed record Found : FoundingPlan;

    /// <summary>It asks again later.</summary>
    /// <param name="Reason">What is missing, in words.</param>
    /// <param name="LacksFounders">True when a founder has no address: it may be one that is started only once this one is ready.</param>
    public sealed record Wait(string Reason, bool LacksFounders) : FoundingPlan;

    /// <summary>Decides by what is seen alone. An empty disk cannot know whether there was a cluster before it; the disks of the other founders can. So
    /// a cluster is founded only when every founder says, at once, that his is empty: whoever has a disk of an older cluster would name it.
    /// That no one has an address proves nothing.</summary>
    /// <exception cref="LedgerOptionsException">There is nothing to join, and the settings name nobody who founds.</exception>
    public static FoundingPlan Decide(string self, PeerOptions options, IReadOnlyList<Neighbour> around)
    {
        var founders = options.FounderNames(self);
        var absent = around.Where(other => other.State == NeighbourState.NoAddress && founders.Contains(other.Name)).ToList();
        Wait Because(string reason) => new(reason, absent.Count > 0);
        var clusters = around.Where(static other => other.State == NeighbourState.Member).GroupBy(static other => other.ClusterId!).ToList();
        if (clusters.Count > 1)
            return Because($"there are two clusters: {string.Join(", ", clusters.Select(static cluster => $"{cluster.First().Name} belongs to {cluster.Key}"))}; give those of the wrong one empty volumes");
        if (clusters.Count == 1)
            return new Join(clusters[0].Key);
        if (!options.MayFound)
            return Because("nobody has told of a cluster, and LEDGER_FOUND=no forbids to found one");
        options.RequireOneFounder(self);
        if (around.Where(static other => other.State == NeighbourState.Silent).ToList() is { Count: > 0 } silent)
            return Because($"{Names(silent)} has an address and does not answer: it may well know a cluster");
        if (absent.Count > 0)
            return Because($"a cluster is founded when all {founders.Count} founders (LEDGER_FOUNDERS) say that their disks are empty; {Names(absent)} has no address yet");
        return PeerOptions.OrdinalOf(self) == 0 ? new Found() : Because($"{founders.First(static name => PeerOptions.OrdinalOf(name) == 0)} founds");
    }

    private static string Names(IEnumerable<Neighbour> some) => string.Join(", ", some.Select(static other => other.Name));
}
