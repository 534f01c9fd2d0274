using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Namespaces;

/// <summary>Decides what an ending namespace's status says and whether it may go. A pure function.</summary>
public static class NamespacePlanner
{
    /// <summary>The finalizer in a namespace's spec that stands for its content.</summary>
    public const string Finalizer = "kubernetes";

    /// <summary>Plans for an ending namespace.</summary>
    /// <param name="observation">What is left of it.</param>
    /// <param name="now">The time.</param>
    public static NamespacePlan Plan(NamespaceObservation observation, DateTimeOffset now)
    {
        var contents = observation.Contents;
        var failures = string.Join("; ", contents.Where(content => content.Error is not null).Select(content => content.Error));
        var remaining = Remaining(contents);
        var finalizers = Finalizers(contents);
        ImmutableArray<NamespaceCondition> wanted =
        [
            Condition("NamespaceDeletionDiscoveryFailure", "", "", "ResourcesDiscovered", "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", "", "", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            Condition("NamespaceDeletionContentFailure", failures, "ContentDeletionFailed", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            Condition("NamespaceContentRemaining", remaining, "SomeResourcesRemain", "ContentRemoved", "All content successfully removed"),
            Condition("NamespaceFinalizersRemaining", finalizers, "SomeFinalizersRemain", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
        ];
        var before = observation.Namespace.Status;
        var status = before with { Phase = "Terminating", Conditions = Merge(before.Conditions, wanted, now) };
        var mayGo = observation.IsComplete && failures.Length == 0 && remaining.Length == 0;
        return new(
            status == before ? null : status,
            mayGo,
            mayGo ? "nothing is left in it" : string.Join(" ", new[] { failures, remaining, finalizers }.Where(text => text.Length > 0)));
    }

    private static string Remaining(ImmutableArray<NamespaceContent> contents)
    {
        // The dot after the plural is there for the core group too, as upstream has it.
        var counts = contents.Where(content => content.Count > 0)
            .Select(content => $"{content.Plural}.{content.Group} has {content.Count} resource instances")
            .Order(StringComparer.Ordinal);
        var text = string.Join(", ", counts);
        return text.Length == 0 ? "" : $"Some resources are remaining: {text}";
    }

    private static string Finalizers(ImmutableArray<NamespaceContent> contents)
    {
        var counts = contents.SelectMany(content => content.Finalizers)
            .GroupBy(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal)
            .Select(group => $"{group.Key} in {group.Sum()} resource instances")
            .Order(StringComparer.Ordinal);
        var text = string.Join(", ", counts);
        return text.Length == 0 ? "" : $"Some content in the namespace has finalizers remaining: {text}";
    }

    private static NamespaceCondition Condition(string type, string problem, string problemReason, string reason, string message) => problem.Length > 0
        ? new NamespaceCondition { Type = type, Status = "True", Reason = problemReason, Message = problem }
        : new NamespaceCondition { Type = type, Status = "False", Reason = reason, Message = message };

    private static ValueList<NamespaceCondition> Merge(
        ValueList<NamespaceCondition> before, ImmutableArray<NamespaceCondition> wanted, DateTimeOffset now)
    {
        var merged = before;
        foreach (var condition in wanted)
        {
            var at = IndexOf(merged, condition.Type);
            var same = at >= 0 && merged[at].Status == condition.Status;
            var next = condition with { LastTransitionTime = same ? merged[at].LastTransitionTime : now };
            merged = at >= 0 ? merged.SetItem(at, next) : merged.Add(next);
        }
        return merged;
    }

    private static int IndexOf(ValueList<NamespaceCondition> conditions, string type)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions[i].Type == type)
            {
                return i;
            }
        }
        return -1;
    }
}
