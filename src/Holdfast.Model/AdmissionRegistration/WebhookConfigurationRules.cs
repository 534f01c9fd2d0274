using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.AdmissionRegistration;

/// <summary>The rules of ValidatingWebhookConfigurations.</summary>
internal sealed class ValidatingWebhookConfigurationRules : ResourceRules<ValidatingWebhookConfiguration>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override ValidatingWebhookConfiguration Default(ValidatingWebhookConfiguration configuration) => configuration with
    {
        Webhooks = configuration.Webhooks.Rewrite(hook => hook with
        {
            FailurePolicy = hook.FailurePolicy ?? "Fail",
            MatchPolicy = hook.MatchPolicy ?? "Equivalent",
            NamespaceSelector = hook.NamespaceSelector ?? LabelSelector.Empty,
            ObjectSelector = hook.ObjectSelector ?? LabelSelector.Empty,
            TimeoutSeconds = hook.TimeoutSeconds ?? WebhookValidation.DefaultTimeoutSeconds,
            ClientConfig = WebhookValidation.Default(hook.ClientConfig),
            Rules = hook.Rules.Rewrite(WebhookValidation.Default),
        }),
    };

    public override bool RaisesGeneration(ValidatingWebhookConfiguration updated, ValidatingWebhookConfiguration old) => updated.Webhooks != old.Webhooks;

    protected override void Check(ValidatingWebhookConfiguration configuration, FieldErrors errors)
    {
        var path = FieldPath.Root("webhooks");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < configuration.Webhooks.Count; i++)
        {
            var hook = configuration.Webhooks[i];
            WebhookValidation.Check(
                new(hook.Name, hook.AdmissionReviewVersions, hook.ClientConfig, hook.FailurePolicy, hook.MatchPolicy, hook.SideEffects, hook.TimeoutSeconds, hook.NamespaceSelector, hook.ObjectSelector, hook.Rules, hook.MatchConditions),
                path.Index(i),
                errors);
            if (hook.Name.Length > 0 && !names.Add(hook.Name))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), hook.Name));
            }
        }
    }
}

/// <summary>The rules of MutatingWebhookConfigurations.</summary>
internal sealed class MutatingWebhookConfigurationRules : ResourceRules<MutatingWebhookConfiguration>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override MutatingWebhookConfiguration Default(MutatingWebhookConfiguration configuration) => configuration with
    {
        Webhooks = configuration.Webhooks.Rewrite(hook => hook with
        {
            FailurePolicy = hook.FailurePolicy ?? "Fail",
            MatchPolicy = hook.MatchPolicy ?? "Equivalent",
            NamespaceSelector = hook.NamespaceSelector ?? LabelSelector.Empty,
            ObjectSelector = hook.ObjectSelector ?? LabelSelector.Empty,
            TimeoutSeconds = hook.TimeoutSeconds ?? WebhookValidation.DefaultTimeoutSeconds,
            ReinvocationPolicy = hook.ReinvocationPolicy ?? "Never",
            ClientConfig = WebhookValidation.Default(hook.ClientConfig),
            Rules = hook.Rules.Rewrite(WebhookValidation.Default),
        }),
    };

    public override bool RaisesGeneration(MutatingWebhookConfiguration updated, MutatingWebhookConfiguration old) => updated.Webhooks != old.Webhooks;

    protected override void Check(MutatingWebhookConfiguration configuration, FieldErrors errors)
    {
        var path = FieldPath.Root("webhooks");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < configuration.Webhooks.Count; i++)
        {
            var hook = configuration.Webhooks[i];
            WebhookValidation.Check(
                new(hook.Name, hook.AdmissionReviewVersions, hook.ClientConfig, hook.FailurePolicy, hook.MatchPolicy, hook.SideEffects, hook.TimeoutSeconds, hook.NamespaceSelector, hook.ObjectSelector, hook.Rules, hook.MatchConditions),
                path.Index(i),
                errors);
            if (hook.ReinvocationPolicy is { } policy && policy is not ("Never" or "IfNeeded"))
            {
                errors.Add(FieldError.NotSupported(path.Index(i).Child("reinvocationPolicy"), policy, "IfNeeded", "Never"));
            }
            if (hook.Name.Length > 0 && !names.Add(hook.Name))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), hook.Name));
            }
        }
    }
}
