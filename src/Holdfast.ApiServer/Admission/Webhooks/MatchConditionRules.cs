using System.Collections.Immutable;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>
/// The rules of webhook configurations together with what only the reader of expressions knows, so that all problems are told
/// at once. An expression that is stored already is not looked at again.
/// </summary>
/// <param name="inner">The Model's rules.</param>
internal sealed class MatchConditionRules(KindRules inner) : KindRules
{
    public override bool HasStatus => inner.HasStatus;

    public override bool AllowsCreateOnUpdate => inner.AllowsCreateOnUpdate;

    public override bool AllowsUnconditionalUpdate => inner.AllowsUnconditionalUpdate;

    public override bool HasGeneration => inner.HasGeneration;

    /// <summary>The rules of a kind as they are served.</summary>
    public static KindRules Around(KindRules rules, ResourceType type) =>
        type.Equals(ValidatingWebhookConfiguration.ResourceType) || type.Equals(MutatingWebhookConfiguration.ResourceType)
            ? new MatchConditionRules(rules)
            : rules;

    public override IResource DefaultAny(IResource resource) => inner.DefaultAny(resource);

    public override IResource PrepareForCreateAny(IResource resource) => inner.PrepareForCreateAny(resource);

    public override IResource PrepareForUpdateAny(IResource updated, IResource old) => inner.PrepareForUpdateAny(updated, old);

    public override IResource PrepareForStatusUpdateAny(IResource updated, IResource old) => inner.PrepareForStatusUpdateAny(updated, old);

    public override bool RaisesGenerationAny(IResource updated, IResource old) => inner.RaisesGenerationAny(updated, old);

    public override ImmutableArray<FieldError> ValidateAny(IResource resource) => [.. inner.ValidateAny(resource), .. Problems(resource, [])];

    public override ImmutableArray<FieldError> ValidateUpdateAny(IResource updated, IResource old) =>
        [.. inner.ValidateUpdateAny(updated, old), .. Problems(updated, [.. Conditions(old).SelectMany(hook => hook).Select(condition => condition.Expression)])];

    public override ImmutableArray<FieldError> ValidateStatusUpdateAny(IResource updated, IResource old) => inner.ValidateStatusUpdateAny(updated, old);

    public override ImmutableArray<string> WarningsAny(IResource resource, IResource? old) => inner.WarningsAny(resource, old);

    private static IEnumerable<FieldError> Problems(IResource configuration, HashSet<string> known) =>
        from hook in Conditions(configuration).Select((conditions, index) => (conditions, index))
        from condition in hook.conditions.Select((condition, index) => (condition, index))
        let expression = condition.condition.Expression
        where !string.IsNullOrWhiteSpace(expression) && !known.Contains(expression)
        let problem = MatchConditions.ProblemOf(expression)
        where problem is not null
        select FieldError.Invalid(
            FieldPath.Root("webhooks").Index(hook.index).Child("matchConditions").Index(condition.index).Child("expression"), expression, problem);

    private static IEnumerable<ValueList<MatchCondition>> Conditions(IResource configuration) => configuration is MutatingWebhookConfiguration mutating
        ? mutating.Webhooks.Select(hook => hook.MatchConditions)
        : ((ValidatingWebhookConfiguration)configuration).Webhooks.Select(hook => hook.MatchConditions);
}
