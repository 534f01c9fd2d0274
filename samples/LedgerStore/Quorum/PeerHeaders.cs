namespace LedgerStore.Quorum;

/// <summary>The headers of every call between members: two clusters never mix.</summary>
public static class PeerHeaders
{
    /// <summary>The cluster that the caller belongs to.</summary>
    public const string Cluster = "Ledger-Cluster";

    /// <summary>The caller's identity.</summary>
    public const string From = "Ledger-From";

    /// <summary>Whom it means.</summary>
    public const string To = "Ledger-To";

    /// <summary>What the caller is called.</summary>
    public const string Name = "Ledger-Name";

    /// <summary>Where the caller's API is: address:port, with the address 0.0.0.0 when it is that by which the others find it. Older members do not say it.</summary>
    public const string Api = "Ledger-Api";

    /// <summary>The newest data format that the caller reads.</summary>
    public const string Reads = "Ledger-Reads";
}
