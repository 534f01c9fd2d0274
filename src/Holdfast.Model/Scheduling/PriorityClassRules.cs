using Holdfast.Model.Rules;

namespace Holdfast.Model.Scheduling;

/// <summary>The rules of PriorityClasses: their value never changes, and the highest ones are the system's.</summary>
internal sealed class PriorityClassRules : ResourceRules<PriorityClass>
{
    private const int HighestOfUsers = 1_000_000_000;

    public override bool HasGeneration => true;

    public override PriorityClass Default(PriorityClass priority) =>
        priority.PreemptionPolicy is null ? priority with { PreemptionPolicy = "PreemptLowerPriority" } : priority;

    protected override void Check(PriorityClass priority, FieldErrors errors)
    {
        var name = priority.Metadata.Name;
        if (name.StartsWith("system-", StringComparison.Ordinal) && name is not ("system-node-critical" or "system-cluster-critical"))
        {
            errors.Add(FieldError.Forbidden(
                MetadataPath.Child("name"),
                "priority class names with 'system-' prefix are reserved for system use only. error: " + name + " is not a known system priority class"));
        }
        else if (priority.Value > HighestOfUsers && !name.StartsWith("system-", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root("value"), $"maximum allowed value of a user defined priority is {HighestOfUsers}"));
        }
        if (priority.PreemptionPolicy is { } policy && policy is not ("PreemptLowerPriority" or "Never"))
        {
            errors.Add(FieldError.NotSupported(FieldPath.Root("preemptionPolicy"), policy, "PreemptLowerPriority", "Never"));
        }
    }

    protected override void CheckUpdate(PriorityClass updated, PriorityClass old, FieldErrors errors)
    {
        if (updated.Value != old.Value)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root("value"), "may not be changed in an update."));
        }
        errors.RequireUnchanged(FieldPath.Root("preemptionPolicy"), updated.PreemptionPolicy, old.PreemptionPolicy);
    }
}
