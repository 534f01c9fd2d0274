using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>What the planner is shown: one set and the objects that may be its own, as the caches have them.</summary>
/// <param name="Set">The set.</param>
/// <param name="Pods">Pods of its namespace that it controls, and those that its selector matches and nobody controls.</param>
/// <param name="Revisions">Revisions that it controls, and those that its selector matches and nobody controls.</param>
/// <param name="Claims">Claims of its namespace by name: at least those that its pods would use.</param>
public sealed record StatefulSetObservation(
    StatefulSet Set,
    ImmutableArray<Pod> Pods,
    ImmutableArray<ControllerRevision> Revisions,
    ImmutableDictionary<string, PersistentVolumeClaim> Claims);
