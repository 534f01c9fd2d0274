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
    ValueList<RuleWithOperations> Rules);

/// <summary>What holds for webhooks of either kind.</summary>
internal static class WebhookValidation
{
    public const int DefaultTimeoutSeconds = 10;

    private const int MaxTimeoutSeconds = 30;
    private const int HttpsPort = 443;

    private static readonly ImmutableArray<string> Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    public static WebhookClientConfig Default(WebhookClientConfig client) =>
        client.Service is { Port: null } service ? client with { Service = service with { Port = HttpsPort } } : client;

    public static RuleWithOperations Default(RuleWithOperations rule) => rule.Scope is null ? rule with { Scope = "*" } : rule;

    public static void Check(WebhookShape hook, FieldPath path, FieldErrors errors)
    {
        CheckName(hook.Name, path.Child("name"), errors);
        for (var i = 0; i < hook.Rules.Count; i++)
        {
            CheckRule(hook.Rules[i], path.Child("rules").Index(i), errors);
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
        CheckClient(hook.Client, path.Child("clientConfig"), errors);
        if (hook.ReviewVersions.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("admissionReviewVersions"), "must specify one of v1, v1beta1"));
        }
        else if (!hook.ReviewVersions.Contains("v1") && !hook.ReviewVersions.Contains("v1beta1"))
        {
            errors.Add(FieldError.InvalidJson(path.Child("admissionReviewVersions"), ShownValue.Texts(hook.ReviewVersions), "must include at least one of v1, v1beta1"));
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

    private static void CheckRule(RuleWithOperations rule, FieldPath path, FieldErrors errors)
    {
        RequireAny(rule.ApiGroups, "apiGroups");
        RequireAny(rule.ApiVersions, "apiVersions");
        RequireAny(rule.Resources, "resources");
        RequireAny(rule.Operations, "operations");
        if (rule.Operations.Count > 1 && rule.Operations.Contains("*"))
        {
            errors.Add(FieldError.InvalidJson(path.Child("operations"), ShownValue.Texts(rule.Operations), "if '*' is present, must not specify other operations"));
        }
        for (var i = 0; i < rule.Operations.Count; i++)
        {
            if (!Operations.Contains(rule.Operations[i]))
            {
                errors.Add(FieldError.NotSupported(path.Child("operations").Index(i), rule.Operations[i], Operations));
            }
        }
        CheckOptional(rule.Scope, "scope", ["*", "Cluster", "Namespaced"], path, errors);

        void RequireAny(ValueList<string> values, string field)
        {
            if (values.IsEmpty)
            {
                errors.Add(FieldError.Required(path.Child(field)));
            }
        }
    }

    private static void CheckClient(WebhookClientConfig client, FieldPath path, FieldErrors errors)
    {
        if (client.Url is null == client.Service is null)
        {
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
            return;
        }
        if (client.Url is { } url)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            {
                errors.Add(FieldError.Required(path.Child("url"), "url must be a valid URL: form: https://host[:port][/path]"));
            }
            else if (address.Scheme != Uri.UriSchemeHttps)
            {
                errors.Add(FieldError.Invalid(path.Child("url"), address.Scheme, "'https' is the only allowed URL scheme; desired format: https://host[:port][/path]"));
            }
            return;
        }
        errors.Require(path.Child("service"), "name", client.Service!.Name, "service name is required");
        errors.Require(path.Child("service"), "namespace", client.Service.Namespace, "service namespace is required");
        if (client.Service.Port is < 1 or > 65535)
        {
            errors.Add(FieldError.Invalid(path.Child("service").Child("port"), (long)client.Service.Port.Value, "port is not valid: must be between 1 and 65535, inclusive"));
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
