using Holdfast.Model.Rbac;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security.Rbac;

/// <summary>What a rule of a role lets in. A pure function.</summary>
internal static class PolicyRules
{
    private const string Every = "*";

    /// <summary>Whether a rule allows an access.</summary>
    public static bool Allows(PolicyRule rule, Access access)
    {
        if (!Has(rule.Verbs, access.Verb))
            return false;
        if (!access.IsResource)
            return rule.NonResourceURLs.Any(pattern => MatchesPath(pattern, access.Path));
        return Has(rule.ApiGroups, access.Group)
            && rule.Resources.Any(resource => MatchesResource(resource, access))
            && (rule.ResourceNames.IsEmpty || rule.ResourceNames.Contains(access.Name));
    }

    /// <summary>Whether one rule gives everything that another, which names one thing in each of its lists, asks for.</summary>
    public static bool Covers(PolicyRule owned, PolicyRule single)
    {
        if (!HasAll(owned.Verbs, single.Verbs))
            return false;
        if (!single.NonResourceURLs.IsEmpty)
            return single.NonResourceURLs.All(path => owned.NonResourceURLs.Any(pattern => pattern == path || MatchesPath(pattern, path)));
        return HasAll(owned.ApiGroups, single.ApiGroups)
            && single.Resources.All(resource => owned.Resources.Any(held => CoversResource(held, resource)))
            && (owned.ResourceNames.IsEmpty || (!single.ResourceNames.IsEmpty && single.ResourceNames.All(name => owned.ResourceNames.Contains(name))));
    }

    /// <summary>A rule as many that each name one verb of one thing.</summary>
    public static IEnumerable<PolicyRule> Singles(PolicyRule rule)
    {
        ValueList<string>[] names = rule.ResourceNames.IsEmpty ? [default] : [.. rule.ResourceNames.Select(name => default(ValueList<string>).Add(name))];
        var resources =
            from verb in rule.Verbs
            from apiGroup in rule.ApiGroups
            from resource in rule.Resources
            from name in names
            select PolicyRule.Empty with { Verbs = [verb], ApiGroups = [apiGroup], Resources = [resource], ResourceNames = name };
        var paths =
            from verb in rule.Verbs
            from path in rule.NonResourceURLs
            select PolicyRule.Empty with { Verbs = [verb], NonResourceURLs = [path] };
        return resources.Concat(paths);
    }

    private static bool Has(ValueList<string> values, string wanted) => values.Any(value => value == Every || value == wanted);

    private static bool HasAll(ValueList<string> values, ValueList<string> wanted) => wanted.All(each => Has(values, each));

    private static bool MatchesResource(string pattern, Access access)
    {
        if (pattern == Every)
            return true;
        if (access.Subresource.Length == 0)
            return pattern == access.Resource;
        return pattern == $"{access.Resource}/{access.Subresource}" || pattern == $"{Every}/{access.Subresource}";
    }

    private static bool CoversResource(string held, string wanted) =>
        held == Every || held == wanted || (held.StartsWith("*/", StringComparison.Ordinal) && wanted.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash
            && wanted[slash..] == held[1..]);

    private static bool MatchesPath(string pattern, string path) =>
        pattern == Every || pattern == path
        || (pattern.EndsWith('*') && path.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal));
}
