using System.Collections.Immutable;
using Holdfast.Controllers.Pods;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.Controllers.Ownership;

/// <summary>
/// Which objects an owner has, takes and lets go, as Kubernetes' controllers decide it: an object belongs to the owner that controls
/// it and whose selector matches it. A pure function.
/// </summary>
/// <typeparam name="T">The kind of what is owned.</typeparam>
/// <param name="Own">What the owner has after adopting and releasing, adopted ones included.</param>
/// <param name="Adopted">What matches and nobody controls.</param>
/// <param name="Released">What it controls and no longer matches.</param>
public sealed record Claims<T>(ImmutableArray<T> Own, ImmutableArray<T> Adopted, ImmutableArray<T> Released) where T : class, IResource<T>
{
    /// <summary>Sorts candidates.</summary>
    /// <param name="owner">The owner's metadata.</param>
    /// <param name="selector">What it selects.</param>
    /// <param name="candidates">What it controls, and what nobody controls.</param>
    public static Claims<T> Of(ObjectMeta owner, LabelMatcher selector, IEnumerable<T> candidates)
    {
        var own = ImmutableArray.CreateBuilder<T>();
        var adopted = ImmutableArray.CreateBuilder<T>();
        var released = ImmutableArray.CreateBuilder<T>();
        var isGoing = owner.DeletionTimestamp is not null;
        foreach (var candidate in candidates)
        {
            var controller = candidate.Metadata.Controller();
            var matches = selector.Matches(candidate.Metadata.Labels);
            switch (controller?.Uid == owner.Uid, matches)
            {
                case (true, true):
                    own.Add(candidate);
                    break;
                case (true, false) when !isGoing:
                    released.Add(candidate);
                    break;
                case (false, true) when !isGoing && controller is null && candidate.Metadata.DeletionTimestamp is null:
                    adopted.Add(candidate);
                    own.Add(candidate);
                    break;
                default:
                    break;
            }
        }
        return new(own.ToImmutable(), adopted.ToImmutable(), released.ToImmutable());
    }
}
