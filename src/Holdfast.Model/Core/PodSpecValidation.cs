using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>In which surroundings a pod's spec is checked.</summary>
/// <param name="IsPod">Whether it is a pod's own, not a template's.</param>
/// <param name="MoreVolumes">Names of volumes that are there besides those of the spec.</param>
internal readonly record struct PodSurroundings(bool IsPod, ImmutableArray<string> MoreVolumes);

/// <summary>What holds for a pod's spec.</summary>
internal static class PodSpecValidation
{
    public static void Check(PodSpec spec, FieldPath path, FieldErrors errors, PodSurroundings surroundings)
    {
        if (spec.Containers.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("containers")));
        }
    }
}
