namespace Holdfast.Simulator.Options;

/// <summary>What may go wrong in a run, besides what the network does all the time.</summary>
public enum FaultKind
{
    /// <summary>The controllers' process is killed at any moment and started again.</summary>
    ControllerKill,

    /// <summary>The controllers' process is killed right after one of its writes has taken effect.</summary>
    ControllerKillBetweenWrites,

    /// <summary>The events of one kind are held back from the controllers.</summary>
    StaleCache,

    /// <summary>A watch ends with 410, and everything is listed anew.</summary>
    WatchExpired,

    /// <summary>Lists show the past, also to controllers that have just started.</summary>
    PastList,

    /// <summary>The server answers much with 429, 500, 503 and 504.</summary>
    Overload,

    /// <summary>The server crashes, and loses what was not synced.</summary>
    ServerCrash,

    /// <summary>The disk is full for a while.</summary>
    DiskFull,

    /// <summary>A sync fails.</summary>
    FailedSync,

    /// <summary>The server crashes, and a record of its log is damaged.</summary>
    DamagedLog,

    /// <summary>A node is cut off, in one direction or both; its agent and its pods go on.</summary>
    NodeCutOff,

    /// <summary>A node's agent is killed and comes back; its pods go on.</summary>
    AgentKill,

    /// <summary>A node's agent is killed in the middle of a start or a termination.</summary>
    AgentKillInTheMiddle,

    /// <summary>A node dies with all its processes, and comes back.</summary>
    NodeKill,

    /// <summary>A component's wall clock jumps.</summary>
    ClockJump,

    /// <summary>The components' clocks differ from the beginning, and some go too fast or too slow.</summary>
    ClockDrift,

    /// <summary>The controllers' process stands still for a while, with requests and answers under way, and goes on as if nothing had been.</summary>
    ControllerPause,

    /// <summary>The disk takes seconds for what takes it milliseconds.</summary>
    SlowDisk,

    /// <summary>A container fails.</summary>
    ContainerFailure,

    /// <summary>A pod's time is over: its node ends it, and it has failed.</summary>
    PodFailure,
}
