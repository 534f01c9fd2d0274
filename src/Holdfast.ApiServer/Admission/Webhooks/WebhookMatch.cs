using Holdfast.ApiServer.Registry;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Whether a webhook is asked about a write: a pure function of both and of the namespace's labels.</summary>
internal static class WebhookMatch
{
    /// <summary>The version in which the webhook wants to see the object; null when it is not asked.</summary>
    /// <param name="hook">The webhook.</param>
    /// <param name="write">The write.</param>
    /// <param name="served">
    /// What is served: other versions of the same resource count, and its twin in another group whose objects are the same ones, unless the
    /// webhook wants exact matches.
    /// </param>
    public static ResourceType? Find(Webhook hook, ReviewedWrite write, ServedResources served)
    {
        if (!MatchesNamespace(hook, write) || !MatchesObject(hook, write))
            return null;
        if (hook.Rules.Any(rule => Matches(rule, write, write.Resource)))
            return write.Resource;
        if (hook.IsExact)
            return null;
        return served.All.Where(other => other.StoreName == write.Request.Served.StoreName && !other.Type.Equals(write.Resource))
            .Select(other => other.Type)
            .FirstOrDefault(other => hook.Rules.Any(rule => Matches(rule, write, other)));
    }

    private static bool Matches(RuleWithOperations rule, ReviewedWrite write, ResourceType resource) =>
        Has(rule.Operations, write.Operation)
        && Has(rule.ApiGroups, resource.Group)
        && Has(rule.ApiVersions, resource.Version)
        && rule.Resources.Any(pattern => MatchesResource(pattern, resource.Plural, write.Subresource))
        && MatchesScope(rule.Scope, write);

    private static bool Has(ValueList<string> values, string value) => values.Contains("*") || values.Contains(value);

    private static bool MatchesResource(string pattern, string plural, string subresource)
    {
        var parts = pattern.Split('/', 2);
        return (parts[0] == "*" || parts[0] == plural) && (parts.Length == 1 ? subresource.Length == 0 : parts[1] == "*" || parts[1] == subresource);
    }

    // Namespaces are cluster-scoped, though requests for them carry one.
    private static bool MatchesScope(string? scope, ReviewedWrite write)
    {
        var isNamespaced = !write.IsNamespace && write.Request.Key.Namespace.Length > 0;
        return scope switch
        {
            "Namespaced" => isNamespaced,
            "Cluster" => !isNamespaced,
            _ => true,
        };
    }

    private static bool MatchesNamespace(Webhook hook, ReviewedWrite write)
    {
        if (hook.Namespaces.SelectsEverything)
            return true;
        if (write.IsNamespace)
            return hook.Namespaces.Matches((write.Object ?? write.Old)?.Metadata.Labels ?? default);
        if (write.Request.Key.Namespace.Length == 0)
            return true;
        return hook.Namespaces.Matches(write.Request.View.Find<Namespace>("", write.Request.Key.Namespace)?.Metadata.Labels ?? default);
    }

    private static bool MatchesObject(Webhook hook, ReviewedWrite write) =>
        hook.Objects.SelectsEverything || write.Matches(labels => hook.Objects.Matches(labels));
}
