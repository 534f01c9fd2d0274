using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for what a container requests and may use at most.</summary>
internal static class ResourceRequirementsValidation
{
    public static void Check(ResourceRequirements resources, ValueList<PodResourceClaim> claims, FieldPath container, FieldErrors errors)
    {
        if (resources.Limits.IsEmpty && resources.Requests.IsEmpty && resources.Claims.IsEmpty)
        {
            return;
        }
        var path = container.Child("resources");
        foreach (var (name, amount) in resources.Limits)
        {
            CheckName(name, path, "limits", errors);
            ResourceAmounts.CheckAmount(name, amount, path, "limits", errors);
        }
        foreach (var (name, amount) in resources.Requests)
        {
            CheckName(name, path, "requests", errors);
            ResourceAmounts.CheckAmount(name, amount, path, "requests", errors);
            CheckAgainstLimit(name, amount, resources.Limits, path, errors);
        }
        if (AnyHugePages(resources) && !HasAny(resources, "cpu") && !HasAny(resources, "memory"))
        {
            errors.Add(FieldError.Forbidden(path, "HugePages require cpu or memory"));
        }
        for (var i = 0; i < resources.Claims.Count; i++)
        {
            CheckClaim(resources.Claims, i, claims, path.Child("claims").Index(i), errors);
        }
    }

    private static void CheckName(string name, FieldPath path, string field, FieldErrors errors)
    {
        if (name is "cpu" or "memory" or "ephemeral-storage")
        {
            return;
        }
        var before = errors.Count;
        errors.RequireFormat(path.Child(field).Key(name), name, TextFormats.QualifiedName);
        if (errors.Count > before)
        {
            return;
        }
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            if (!ResourceAmounts.IsHugePages(name))
            {
                if (name is not ("storage" or "requests.cpu" or "requests.memory" or "limits.cpu" or "limits.memory" or "pods"))
                {
                    errors.Add(FieldError.Invalid(path.Child(field).Key(name), name, "must be a standard resource type or fully qualified"));
                }
                errors.Add(FieldError.Invalid(path.Child(field).Key(name), name, "must be a standard resource for containers"));
            }
        }
        else if (!ResourceAmounts.IsNative(name) && !ResourceAmounts.IsExtended(name))
        {
            errors.Add(FieldError.Invalid(path.Child(field).Key(name), name, "doesn't follow extended resource name standard"));
        }
    }

    private static void CheckAgainstLimit(string name, Quantity amount, ValueMap<Quantity> limits, FieldPath path, FieldErrors errors)
    {
        if (!limits.TryGetValue(name, out var limit))
        {
            if (!ResourceAmounts.MayBeOvercommitted(name))
            {
                errors.Add(FieldError.Required(path.Child("limits"), "Limit must be set for non overcommitable resources"));
            }
        }
        else if (amount != limit && !ResourceAmounts.MayBeOvercommitted(name))
        {
            errors.Add(FieldError.Invalid(path.Child("requests"), amount.ToString(), $"must be equal to {name} limit of {limit}"));
        }
        else if (amount > limit)
        {
            errors.Add(FieldError.Invalid(path.Child("requests"), amount.ToString(), $"must be less than or equal to {name} limit of {limit}"));
        }
    }

    private static void CheckClaim(ValueList<ResourceClaim> used, int index, ValueList<PodResourceClaim> claims, FieldPath path, FieldErrors errors)
    {
        var claim = used[index];
        if (claim.Name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        if (used.Take(index).Any(other => other.Name == claim.Name && (other.Request == claim.Request || other.Request.Length == 0 || claim.Request.Length == 0)))
        {
            errors.Add(FieldError.Duplicate(path, claim.Name));
        }
        if (!claims.Any(known => known.Name == claim.Name))
        {
            var names = string.Join(", ", claims.Select(known => known.Name).Order(StringComparer.Ordinal));
            var words = "must be one of the names in pod.spec.resourceClaims" + (claims.IsEmpty ? " which is empty" : ": " + names);
            errors.Add(new(FieldErrorType.FieldValueNotFound, path.ToString(), $"Not found: {QuotedText.Quote(claim.Name)}: {words}"));
        }
    }

    private static bool AnyHugePages(ResourceRequirements resources) =>
        resources.Limits.Keys.Any(ResourceAmounts.IsHugePages) || resources.Requests.Keys.Any(ResourceAmounts.IsHugePages);

    private static bool HasAny(ResourceRequirements resources, string name) => resources.Limits.ContainsKey(name) || resources.Requests.ContainsKey(name);
}
