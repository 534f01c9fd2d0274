using System.Collections.Immutable;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.AdmissionRegistration;

/// <summary>What validating and mutating webhooks have in common.</summary>
internal sealed record WebhookShape(
    string Name,
    ValueList<string> ReviewVersions,
    WebhookClientConfig Client,
    string? FailurePolicy,
    string? MatchPolicy,
    string? SideEffects,
    int? TimeoutSeconds,
    LabelSelector? NamespaceSelector,
    LabelSelector? ObjectSelector,
    ValueList<RuleWithOperations> Rules,
    ValueList<MatchCondition> Conditions);

/// <summary>What holds for webhooks of either kind.</summary>
internal static class WebhookValidation
{
    public const int DefaultTimeoutSeconds = 10;

    private const int MaxTimeoutSeconds = 30;
    private const int HttpsPort = 443;
    private const int MaxConditions = 64;

    public static WebhookClientConfig Default(WebhookClientConfig client) =>
        client.Service is { Port: null } service ? client with { Service = service with { Port = HttpsPort } } : client;

    public static RuleWithOperations Default(RuleWithOperations rule) => rule.Scope is null ? rule with { Scope = "*" } : rule;

    public static void Check(WebhookShape hook, FieldPath path, FieldErrors errors)
    {
        CheckName(hook.Name, path.Child("name"), errors);
        for (var i = 0; i < hook.Rules.Count; i++)
        {
            WebhookRuleValidation.Check(hook.Rules[i], path.Child("rules").Index(i), errors);
        }
        CheckOptional(hook.FailurePolicy, "failurePolicy", ["Fail", "Ignore"], path, errors);
        CheckOptional(hook.MatchPolicy, "matchPolicy", ["Equivalent", "Exact"], path, errors);
        if (hook.SideEffects is null)
        {
            errors.Add(FieldError.Required(path.Child("sideEffects"), "must specify one of None, NoneOnDryRun"));
        }
        else
        {
            errors.RequireOneOf(path, "sideEffects", hook.SideEffects, ["None", "NoneOnDryRun"]);
        }
        if (hook.TimeoutSeconds is < 1 or > MaxTimeoutSeconds)
        {
            errors.Add(FieldError.Invalid(path.Child("timeoutSeconds"), (long)hook.TimeoutSeconds.Value, "the timeout value must be between 1 and 30 seconds"));
        }
        LabelSelectorValidation.Check(hook.NamespaceSelector, path.Child("namespaceSelector"), errors);
        LabelSelectorValidation.Check(hook.ObjectSelector, path.Child("objectSelector"), errors);
        WebhookClientValidation.Check(hook.Client, path.Child("clientConfig"), errors);
        CheckConditions(hook.Conditions, path.Child("matchConditions"), errors);
        CheckVersions(hook.ReviewVersions, path.Child("admissionReviewVersions"), errors);
    }

    // What an expression means is looked at where expressions can be read.
    private static void CheckConditions(ValueList<MatchCondition> conditions, FieldPath path, FieldErrors errors)
    {
        if (conditions.Count > MaxConditions)
        {
            errors.Add(FieldError.TooMany(path, conditions.Count, MaxConditions));
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var condition = conditions[i];
            if (string.IsNullOrWhiteSpace(condition.Expression))
            {
                errors.Add(FieldError.Required(path.Index(i).Child("expression")));
            }
            if (condition.Name.Length == 0)
            {
                errors.Add(FieldError.Required(path.Index(i).Child("name")));
                continue;
            }
            errors.RequireFormat(path.Index(i).Child("name"), condition.Name, TextFormats.QualifiedName);
            if (!names.Add(condition.Name))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), condition.Name));
            }
        }
    }

    private static void CheckVersions(ValueList<string> versions, FieldPath path, FieldErrors errors)
    {
        if (versions.IsEmpty)
        {
            errors.Add(FieldError.Required(path, "must specify one of v1, v1beta1"));
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            if (!seen.Add(versions[i]))
            {
                errors.Add(FieldError.Invalid(path.Index(i), versions[i], "duplicate version"));
                continue;
            }
            errors.RequireFormat(path.Index(i), versions[i], TextFormats.Dns1035Label);
        }
        if (!seen.Contains("v1") && !seen.Contains("v1beta1"))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(versions), "must include at least one of v1, v1beta1"));
        }
    }

    private static void CheckName(string name, FieldPath path, FieldErrors errors)
    {
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        var before = errors.Count;
        errors.RequireFormat(path, name, TextFormats.Dns1123Subdomain);
        if (errors.Count == before && name.Count(character => character == '.') < 2)
        {
            errors.Add(FieldError.Invalid(path, name, "should be a domain with at least three segments separated by dots"));
        }
    }

    private static void CheckOptional(string? value, string field, ImmutableArray<string> supported, FieldPath path, FieldErrors errors)
    {
        if (value is not null)
        {
            errors.RequireOneOf(path, field, value, supported);
        }
    }
}
