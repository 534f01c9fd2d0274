namespace Holdfast.Simulator.Options;

/// <summary>
/// Known bugs that can be switched on, each of which the checkers must find. Each is a bug that controllers, agents or stores of this kind
/// have had; the simulator wraps it around the production part, which knows nothing of it.
/// </summary>
public enum Mutant
{
    /// <summary>No bug.</summary>
    None,

    /// <summary>The StatefulSet controller takes every pod for ready (breaks S4 and S7).</summary>
    IgnoresReadiness,

    /// <summary>The StatefulSet controller updates below the partition (breaks S6).</summary>
    IgnoresPartition,

    /// <summary>The StatefulSet controller takes a pod for available as soon as it is ready (breaks S4 and S7).</summary>
    IgnoresMinReadySeconds,

    /// <summary>The StatefulSet controller acts on pods as they were long ago (breaks S4 and S7).</summary>
    ActsOnAStaleCache,

    /// <summary>The StatefulSet controller owns claims whatever the retention policy says (breaks V1).</summary>
    OwnsRetainedClaims,

    /// <summary>The StatefulSet controller takes pods that match its selector and are not named by an ordinal (breaks S5).</summary>
    AdoptsStrangers,

    /// <summary>The StatefulSet controller deletes the claims of a pod that it scaled away later and by name, when they may be a new pod's (breaks V1 to V3).</summary>
    DeletesClaimsByName,

    /// <summary>The StatefulSet controller removes pods without waiting for their processes, so that the next one starts too soon (breaks S2).</summary>
    CreatesBeforeTheOldIsGone,

    /// <summary>The status is written as if of the newest generation, whatever was acted on (breaks S9).</summary>
    IgnoresObservedGeneration,

    /// <summary>The StatefulSet controller leaves pods that have ended as they are (breaks S8).</summary>
    LeavesFailedPods,

    /// <summary>The StatefulSet controller writes to pods that are as they should be (breaks S10).</summary>
    WritesToSettledSets,

    /// <summary>The StatefulSet controller gives claims to pods on the word of its caches alone (breaks V2 and V3).</summary>
    GivesClaimsUnasked,

    /// <summary>The Job controller counts pods on the word of its caches alone (breaks S9).</summary>
    CountsPodsUnasked,

    /// <summary>The volume controller puts every volume into the folder of the first one (breaks V5 and S5).</summary>
    SharesVolumes,

    /// <summary>A node says that a pod is pending whenever nothing of it runs (breaks S3).</summary>
    ForgetsPhases,

    /// <summary>The garbage collector believes a stale answer that an owner is gone (breaks V2 and S7).</summary>
    CollectsOnAStaleAbsence,

    /// <summary>The volume controller removes a claim's protection at once (breaks V3).</summary>
    RemovesFinalizersTooEarly,

    /// <summary>The node lifecycle force-deletes the pods of a node that is cut off (breaks S2).</summary>
    ForceDeletesOnSilentNodes,

    /// <summary>Controllers measure spans by the wall clock (breaks S2: pods of a node that is away for a moment are given up).</summary>
    TrustsTheWallClock,

    /// <summary>An eviction counts pods that were granted already (breaks P1).</summary>
    CountsGrantedAsHealthy,

    /// <summary>An eviction believes the budget's status (breaks P1 and P3).</summary>
    EvictsByStaleStatus,

    /// <summary>An eviction that met a conflict writes its decision again without deciding anew (breaks P1).</summary>
    ReappliesBudgetAfterConflict,

    /// <summary>An eviction for which no place is left is granted all the same, and the budget is not told (breaks P1).</summary>
    GrantsWithoutRecord,

    /// <summary>An eviction lets pods that are not ready go whatever the budget's policy says (breaks P1).</summary>
    FreesUnreadyPods,

    /// <summary>An eviction that is to be tried only is carried out (breaks A1).</summary>
    EvictsOnDryRuns,

    /// <summary>An eviction does not look at its preconditions (breaks A6).</summary>
    IgnoresEvictionPreconditions,

    /// <summary>The server takes the writes of a leader whose lease another has (breaks T7).</summary>
    IgnoresFences,

    /// <summary>A node confirms the end of a pod before its processes have ended (breaks S1 and S2).</summary>
    ConfirmsEndTooSoon,

    /// <summary>A node that has waited long for a container to start starts it once more (breaks S1).</summary>
    RepeatsSlowStarts,

    /// <summary>An agent that has just come up believes that nothing runs (breaks S1).</summary>
    ForgetsWhatRuns,

    /// <summary>A node mounts a claim that is going (breaks V4).</summary>
    MountsTerminatingClaims,

    /// <summary>The journal answers without a sync (breaks A3).</summary>
    SkipsSync,

    /// <summary>The journal answers before it has written (breaks A1 and A3).</summary>
    AcknowledgesBeforeCommit,

    /// <summary>The journal does not check what it reads (breaks A1).</summary>
    TrustsDamagedLog,

    /// <summary>After damage an older copy is restored than the one from right before it (breaks A1 and A2).</summary>
    RestoresAnOlderCopy,

    /// <summary>The server leaves events out of watches (breaks A4).</summary>
    SkipsEvents,

    /// <summary>The server begins a watch at the present, whatever it was asked for (breaks A4 and A5).</summary>
    WatchesFromNow,

    /// <summary>The server does not look at the resourceVersion of an update (breaks A6).</summary>
    IgnoresResourceVersion,

    /// <summary>The Steward believes what a member last said, however long ago (breaks T1).</summary>
    IgnoresTheAgeOfAnswers,

    /// <summary>The Steward takes what a member said a moment ago for its answer when it gives none (breaks T1).</summary>
    CountsTheSilentAsBefore,

    /// <summary>The Steward lets every member go that somebody wants to go, its leader too (breaks T1 and T2).</summary>
    EvictsUnasked,

    /// <summary>The Steward does not write down what it granted, and grants the next (breaks T2).</summary>
    ForgetsGrants,

    /// <summary>The Steward takes a member for removed as soon as it has asked for that (breaks T3).</summary>
    ShrinksBeforeRemoval,

    /// <summary>A member whose disk is empty takes its name's old identity (breaks T4).</summary>
    KeepsIdentitiesOnEmptyDisks,

    /// <summary>A Steward that is started again knows nothing of what was begun before (breaks T5).</summary>
    ForgetsWhatWasBegun,

    /// <summary>The Steward says that it is ready whatever there is (breaks T6).</summary>
    SaysReadyTooEarly,

    /// <summary>A Steward that is deposed goes on, and the server takes what it writes (breaks T7).</summary>
    DeposedStewardsGoOn,

    /// <summary>A Steward that stands for election writes without its term, so that nobody can refuse it once it is deposed (breaks T7).</summary>
    WritesWithoutTerm,

    /// <summary>The Steward lets pods be deleted by force without evidence (breaks T8, T1 and T2).</summary>
    AllowsForce,

    /// <summary>A founder whose disk is empty founds a cluster, whoever is there already (breaks T9).</summary>
    FoundsASecondCluster,

    /// <summary>The Steward sets a new leader's label and leaves the old one's (breaks T10).</summary>
    KeepsOldLabels,

    /// <summary>The Service for the leader leads to every member (breaks T10).</summary>
    RoutesToEveryone,
}
