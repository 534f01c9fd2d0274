using Holdfast.Model.Rules;

namespace Holdfast.Model.Apps;

/// <summary>What holds for the numbers of pods in a status: some of all, and available ones among the ready.</summary>
internal static class ReplicaCounts
{
    /// <summary>Counts that are not negative and not more than all.</summary>
    public static void Check(int replicas, FieldPath path, FieldErrors errors, params ReadOnlySpan<(string Field, int Count)> counts)
    {
        errors.RequireNotNegative(path, "replicas", replicas);
        foreach (var (field, count) in counts)
        {
            errors.RequireNotNegative(path, field, count);
            if (count > replicas)
            {
                errors.Add(FieldError.Invalid(path.Child(field), (long)count, "cannot be greater than status.replicas"));
            }
        }
    }

    /// <summary>No more pods are available than are ready.</summary>
    public static void CheckAvailable(int available, int ready, FieldPath path, FieldErrors errors)
    {
        if (available > ready)
        {
            errors.Add(FieldError.Invalid(path.Child("availableReplicas"), (long)available, "cannot be greater than readyReplicas"));
        }
    }
}
