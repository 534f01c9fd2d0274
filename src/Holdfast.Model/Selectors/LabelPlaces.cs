using Holdfast.Model.Values;

namespace Holdfast.Model.Selectors;

/// <summary>
/// Names the places under which an object with labels is filed, so that what a selector selects, and what selects an object, is found without a look
/// at everything in the namespace.
/// </summary>
public static class LabelPlaces
{
    // Almost every object has another value here, or all have few, and hardly anybody selects by them: they would only cost.
    private static readonly HashSet<string> Unfiled = new(StringComparer.Ordinal)
    {
        "apps.kubernetes.io/pod-index", "controller-revision-hash", "pod-template-hash", "pod-template-generation",
        "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index", "controller-uid",
    };

    /// <summary>Where an object with these labels is filed.</summary>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="labels">Its labels.</param>
    public static IReadOnlyList<string> OfLabels(string namespaceName, ValueMap<string> labels)
    {
        ArgumentNullException.ThrowIfNull(namespaceName);
        var places = new List<string>(labels.Count);
        foreach (var (key, value) in labels)
        {
            if (!Unfiled.Contains(key))
                places.Add(Place(namespaceName, key, value));
        }
        return places;
    }

    /// <summary>Places each of which has everything that a selector selects in a namespace; none when only the whole namespace has.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="selector">The selector.</param>
    public static IEnumerable<string> OfSelector(string namespaceName, LabelMatcher selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        foreach (var requirement in selector.Requirements)
        {
            var isOneValue = requirement.Operator is SelectorOperator.Equals or SelectorOperator.DoubleEquals
                || (requirement.Operator == SelectorOperator.In && requirement.Values.Count == 1);
            if (isOneValue && !Unfiled.Contains(requirement.Key))
                yield return Place(namespaceName, requirement.Key, requirement.Values[0]);
        }
    }

    /// <summary>Where a selector is filed that names no place of its own.</summary>
    /// <param name="namespaceName">The namespace.</param>
    public static string Anywhere(string namespaceName) => namespaceName + "/";

    private static string Place(string namespaceName, string key, string value) => $"{namespaceName}/{key}={value}";
}
