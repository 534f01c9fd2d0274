using Holdfast.Model.Values;

namespace Holdfast.Node.Volumes;

/// <summary>Whether a node's labels satisfy a node selector: one term must hold, with all of its expressions.</summary>
internal static class NodeMatch
{
    public static bool Matches(Core.NodeSelector? selector, ValueMap<string> labels) =>
        selector is null || selector.NodeSelectorTerms.Any(term => Holds(term, labels));

    private static bool Holds(Core.NodeSelectorTerm term, ValueMap<string> labels) =>
        term.MatchFields.All(field => field.Key == "metadata.name" && Holds(field, labels.GetValueOrDefault("kubernetes.io/hostname")))
        && term.MatchExpressions.All(expression => Holds(expression, labels.GetValueOrDefault(expression.Key)))
        && (!term.MatchFields.IsEmpty || !term.MatchExpressions.IsEmpty);

    private static bool Holds(Core.NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement) > 0,
        "Lt" => Compare(value, requirement) < 0,
        _ => false,
    };

    private static int Compare(string? value, Core.NodeSelectorRequirement requirement) =>
        long.TryParse(value, out var mine) && requirement.Values.Count == 1 && long.TryParse(requirement.Values[0], out var theirs) ? mine.CompareTo(theirs) : 0;
}
