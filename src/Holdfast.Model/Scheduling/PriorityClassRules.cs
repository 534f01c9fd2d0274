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
        if (priority.Metadata.Name.StartsWith(SystemPriorities.Prefix, StringComparison.Ordinal))
        {
            if (UnlikeTheSystems(priority) is { } problem)
            {
                errors.Add(FieldError.Forbidden(
                    MetadataPath.Child("name"), $"priority class names with '{SystemPriorities.Prefix}' prefix are reserved for system use only. error: {problem}"));
            }
        }
        else if (priority.Value > HighestOfUsers)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root("value"), $"maximum allowed value of a user defined priority is {HighestOfUsers}"));
        }
        if (priority.PreemptionPolicy is "")
        {
            errors.Add(FieldError.Required(FieldPath.Root("preemptionPolicy")));
        }
        else if (priority.PreemptionPolicy is { } policy && policy is not ("PreemptLowerPriority" or "Never"))
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

    private static string? UnlikeTheSystems(PriorityClass priority)
    {
        var name = priority.Metadata.Name;
        if (SystemPriorities.Find(name) is not { } known)
        {
            return $"{name} is not a known system priority class";
        }
        if (known.Value != priority.Value)
        {
            return $"value of {name} PriorityClass must be {known.Value}";
        }
        return priority.GlobalDefault ? $"globalDefault of {name} PriorityClass must be false" : null;
    }
}
