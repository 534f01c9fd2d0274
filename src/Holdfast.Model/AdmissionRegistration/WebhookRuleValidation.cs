using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.AdmissionRegistration;

/// <summary>What holds for the rules that say which writes a webhook is asked about.</summary>
internal static class WebhookRuleValidation
{
    private static readonly ImmutableArray<string> Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    public static void Check(RuleWithOperations rule, FieldPath path, FieldErrors errors)
    {
        CheckOperations(rule.Operations, path.Child("operations"), errors);
        CheckWildcard(rule.ApiGroups, path.Child("apiGroups"), "API groups", errors);
        CheckWildcard(rule.ApiVersions, path.Child("apiVersions"), "API versions", errors);
        for (var i = 0; i < rule.ApiVersions.Count; i++)
        {
            if (rule.ApiVersions[i].Length == 0)
            {
                errors.Add(FieldError.Required(path.Child("apiVersions").Index(i)));
            }
        }
        CheckResources(rule.Resources, path.Child("resources"), errors);
        if (rule.Scope is { } scope)
        {
            errors.RequireOneOf(path, "scope", scope, ["*", "Cluster", "Namespaced"]);
        }
    }

    private static void CheckOperations(ValueList<string> operations, FieldPath path, FieldErrors errors)
    {
        CheckWildcard(operations, path, "operations", errors);
        for (var i = 0; i < operations.Count; i++)
        {
            if (!Operations.Contains(operations[i]))
            {
                errors.Add(FieldError.NotSupported(path.Index(i), operations[i], Operations));
            }
        }
    }

    private static void CheckWildcard(ValueList<string> values, FieldPath path, string what, FieldErrors errors)
    {
        if (values.IsEmpty)
        {
            errors.Add(FieldError.Required(path));
        }
        if (values.Count > 1 && values.Contains("*"))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(values), $"if '*' is present, must not specify other {what}"));
        }
    }

    private static void CheckResources(ValueList<string> resources, FieldPath path, FieldErrors errors)
    {
        if (resources.IsEmpty)
        {
            errors.Add(FieldError.Required(path));
        }
        var (all, each) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var isPlain = false;
        for (var i = 0; i < resources.Count; i++)
        {
            var parts = resources[i].Split('/', 2);
            if (resources[i].Length == 0)
            {
                errors.Add(FieldError.Required(path.Index(i)));
            }
            else if (parts.Length == 1)
            {
                isPlain = resources[i] != "*";
            }
            else
            {
                CheckSubresource(parts[0], parts[1], resources[i], path.Index(i), all, each, errors);
            }
        }
        if (resources.Count > 1 && resources.Contains("*/*"))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(resources), "if '*/*' is present, must not specify other resources"));
        }
        if (isPlain && resources.Contains("*"))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(resources), "if '*' is present, must not specify other resources without subresources"));
        }
    }

    private static void CheckSubresource(
        string resource, string subresource, string whole, FieldPath path, HashSet<string> all, HashSet<string> each, FieldErrors errors)
    {
        if (all.Contains(resource))
        {
            errors.Add(FieldError.Invalid(path, whole, $"if '{resource}/*' is present, must not specify {whole}"));
        }
        if (each.Contains(subresource))
        {
            errors.Add(FieldError.Invalid(path, whole, $"if '*/{subresource}' is present, must not specify {whole}"));
        }
        if (subresource == "*")
        {
            all.Add(resource);
        }
        if (resource == "*")
        {
            each.Add(subresource);
        }
    }
}
