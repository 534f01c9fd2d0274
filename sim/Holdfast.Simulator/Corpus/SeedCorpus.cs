using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Corpus;

/// <summary>
/// Seeds that once found a bug, kept so that it stays found; each with what it found. What a seed draws changes with the simulator, so each
/// bug has a test of its own besides where it was; a seed that finds nothing any more is still one that must hold.
/// </summary>
public static class SeedCorpus
{
    /// <summary>The seeds, each with the bug it found.</summary>
    public static IReadOnlyList<(ulong Seed, WorldKind World, string Found)> Seeds { get; } =
    [
        (66, WorldKind.Sets, "a set in a foreground deletion made its revision again each time that the garbage collector took it, thousands of times a second"),
        (77, WorldKind.Sets, "the same, in a namespace that was being deleted"),
        (82, WorldKind.Sets, "a volume's data was removed because a cache that was behind did not have its claim yet"),
        (100, WorldKind.Sets, "the pods of a node whose object was away for a moment were given up when the wall clock jumped over the quarantine"),
        (989, WorldKind.Sets, "an agent that came back while a container was still being started took it for starting ever after"),
        (1274, WorldKind.Sets, "a set that was deleted and left its pods behind stayed, when what it owned had gone unseen"),
        (1363, WorldKind.Sets, "two surplus pods that had ended waited for each other to get ready"),
        (1452, WorldKind.Sets, "a claim that was made again for a pod which had a node already got no volume"),
        (2072, WorldKind.Sets, "controllers that had just started, on a list from the past, gave a running pod's claim to the pod before it, and it went as garbage"),
        (15, WorldKind.Stewarded, "a Steward that had just started let the leader go unasked, since its caches were still empty"),
        (18, WorldKind.Stewarded, "members whose pods had ended could not be made again while an operation waited for one of them"),
        (29, WorldKind.Stewarded, "a scale-down while a member came back with an empty disk scaled the set to that member's ordinal, which was 0"),
    ];
}
