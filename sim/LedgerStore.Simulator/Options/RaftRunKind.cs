namespace LedgerStore.Simulator.Options;

/// <summary>What a run is mostly about.</summary>
public enum RaftRunKind
{
    /// <summary>Any faults, each in some runs.</summary>
    Any,

    /// <summary>Elections never end.</summary>
    Restless,

    /// <summary>Bits on the disks flip.</summary>
    Rot,

    /// <summary>Members change their release, forth and back, until the cluster has switched to the newer data format.</summary>
    Releases,

    /// <summary>Members are removed and cut off, and nothing else goes wrong: time enough to see that they do not disturb the others.</summary>
    Outsiders,

    /// <summary>Links are cut in one or both directions, bridges stay, and nothing else goes wrong: time enough to see a majority that can talk elect.</summary>
    Bridges,
}
