using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.ApiExtensions;

/// <summary>
/// What holds for definitions of custom resources (<c>apiextensions.k8s.io</c> validation). What all versions have in common is
/// told as the whole definition's, under <c>spec.validation</c> and the like, as Kubernetes tells it.
/// </summary>
internal static class CustomResourceDefinitionValidation
{
    private static readonly FieldPath Spec = FieldPath.Root("spec");
    private static readonly ImmutableArray<string> Scopes = ["Cluster", "Namespaced"];
    private static readonly ImmutableArray<string> Strategies = ["None", "Webhook"];

    public static void Check(CustomResourceDefinition definition, FieldErrors errors)
    {
        var spec = definition.Spec;
        var expected = $"{spec.Names.Plural}.{spec.Group}";
        if (definition.Metadata.Name.Length > 0 && definition.Metadata.Name != expected)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("metadata").Child("name"), definition.Metadata.Name, "must be spec.names.plural+\".\"+spec.group"));
        }
        CheckGroup(spec, errors);
        if (errors.Require(Spec, "scope", spec.Scope))
        {
            errors.RequireOneOf(Spec, "scope", spec.Scope, Scopes);
        }
        var shared = SharedParts.Of(spec);
        CheckVersions(spec, shared, errors);
        CheckNames(spec.Names, Spec.Child("names"), errors);
        CheckShared(spec, shared, errors);
        CheckConversion(spec.Conversion, Spec.Child("conversion"), errors);
        CheckNameForms(definition.Status.AcceptedNames, FieldPath.Root("status").Child("acceptedNames"), errors);
        CheckStored(definition.Status.StoredVersions, spec, FieldPath.Root("status").Child("storedVersions"), errors);
        ProtectedGroup.Check(definition, errors);
        if (spec.PreserveUnknownFields)
        {
            errors.Add(FieldError.InvalidJson(Spec.Child("preserveUnknownFields"), "true",
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        }
    }

    public static void CheckStatus(CustomResourceDefinition definition, FieldErrors errors) =>
        CheckNameForms(definition.Status.AcceptedNames, FieldPath.Root("status").Child("acceptedNames"), errors);

    private static void CheckGroup(CustomResourceDefinitionSpec spec, FieldErrors errors)
    {
        if (!errors.Require(Spec, "group", spec.Group))
        {
            return;
        }
        var problems = TextFormats.Dns1123Subdomain(spec.Group);
        if (problems.Length > 0)
        {
            errors.Add(FieldError.Invalid(Spec.Child("group"), spec.Group, string.Join(',', problems)));
        }
        else if (!spec.Group.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(Spec.Child("group"), spec.Group, "should be a domain with at least one dot"));
        }
    }

    private static void CheckVersions(CustomResourceDefinitionSpec spec, SharedParts shared, FieldErrors errors)
    {
        var path = Spec.Child("versions");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Versions.Count; i++)
        {
            if (spec.Versions[i].Schema?.OpenAPIV3Schema is null)
            {
                errors.Add(FieldError.Required(path.Index(i).Child("schema").Child("openAPIV3Schema"), "schemas are required"));
            }
        }
        for (var i = 0; i < spec.Versions.Count; i++)
        {
            CheckForm(path.Index(i), "name", spec.Versions[i].Name, errors);
            VersionValidation.Check(spec.Versions[i], shared, path.Index(i), errors);
        }
        if (!spec.Versions.All(version => names.Add(version.Name)))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.List(spec.Versions), "must contain unique version names"));
        }
        if (spec.Versions.Count(version => version.Storage) != 1)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.List(spec.Versions), "must have exactly one version marked as storage version"));
        }
        if (!spec.Versions.IsEmpty)
        {
            CheckForm(Spec, "version", spec.Versions[0].Name, errors);
        }
    }

    private static void CheckShared(CustomResourceDefinitionSpec spec, SharedParts shared, FieldErrors errors)
    {
        if (spec.Versions.IsEmpty)
        {
            return;
        }
        var first = spec.Versions[0];
        if (shared.HasSchema)
        {
            SchemaValidation.Check(first.Schema, spec.Versions.Any(version => version.Subresources?.Status is not null), Spec.Child("validation"), errors);
        }
        if (shared.HasSubresources)
        {
            VersionValidation.CheckSubresources(first.Subresources, Spec.Child("subresources"), errors);
        }
        if (shared.HasColumns)
        {
            VersionValidation.CheckColumns(first.AdditionalPrinterColumns, Spec.Child("additionalPrinterColumns"), errors);
        }
        if (shared.HasSelectableFields)
        {
            VersionValidation.CheckSelectableFields(first, Spec.Child("selectableFields"), errors);
        }
    }

    private static void CheckNames(CustomResourceDefinitionNames names, FieldPath path, FieldErrors errors)
    {
        _ = errors.Require(path, "plural", names.Plural);
        _ = errors.Require(path, "singular", names.Singular);
        _ = errors.Require(path, "kind", names.Kind);
        _ = errors.Require(path, "listKind", names.ListKind);
        CheckNameForms(names, path, errors);
    }

    private static void CheckNameForms(CustomResourceDefinitionNames names, FieldPath path, FieldErrors errors)
    {
        CheckForm(path, "plural", names.Plural, errors);
        CheckForm(path, "singular", names.Singular, errors);
        CheckKind(names.Kind, path.Child("kind"), errors);
        CheckKind(names.ListKind, path.Child("listKind"), errors);
        for (var i = 0; i < names.ShortNames.Count; i++)
        {
            CheckForm(path.Child("shortNames").Index(i), names.ShortNames[i], errors);
        }
        if (names.Kind.Length > 0 && names.Kind == names.ListKind)
        {
            errors.Add(FieldError.Invalid(path.Child("listKind"), names.ListKind, "kind and listKind may not be the same"));
        }
        for (var i = 0; i < names.Categories.Count; i++)
        {
            CheckForm(path.Child("categories").Index(i), names.Categories[i], errors);
        }
    }

    private static void CheckForm(FieldPath path, string field, string name, FieldErrors errors)
    {
        if (name.Length > 0)
        {
            CheckForm(path.Child(field), name, errors);
        }
    }

    private static void CheckForm(FieldPath path, string name, FieldErrors errors)
    {
        var problems = TextFormats.Dns1035Label(name);
        if (problems.Length > 0)
        {
            errors.Add(FieldError.Invalid(path, name, string.Join(',', problems)));
        }
    }

    private static void CheckKind(string kind, FieldPath path, FieldErrors errors)
    {
        var problems = TextFormats.Dns1035Label(kind.ToLowerInvariant());
        if (kind.Length > 0 && problems.Length > 0)
        {
            errors.Add(FieldError.Invalid(path, kind, "may have mixed case, but should otherwise match: " + string.Join(',', problems)));
        }
    }

    private static void CheckConversion(CustomResourceConversion? conversion, FieldPath path, FieldErrors errors)
    {
        if (conversion is null || !errors.Require(path, "strategy", conversion.Strategy)
            || !errors.RequireOneOf(path, "strategy", conversion.Strategy, Strategies))
        {
            return;
        }
        if (conversion.Strategy == "Webhook")
        {
            errors.Add(FieldError.Invalid(path.Child("strategy"), conversion.Strategy,
                "conversion webhooks are not supported by Holdfast: use None, with which a version's fields must be those of the others or be pruned"));
            return;
        }
        if (conversion.Webhook?.ClientConfig is not null)
        {
            errors.Add(FieldError.Forbidden(path.Child("webhookClientConfig"), "should not be set when strategy is not set to Webhook"));
        }
        if (conversion.Webhook is { ConversionReviewVersions.IsEmpty: false })
        {
            errors.Add(FieldError.Forbidden(path.Child("conversionReviewVersions"), "should not be set when strategy is not set to Webhook"));
        }
    }

    private static void CheckStored(ValueList<string> stored, CustomResourceDefinitionSpec spec, FieldPath path, FieldErrors errors)
    {
        if (stored.IsEmpty)
        {
            errors.Add(FieldError.InvalidJson(path, "null", "must have at least one stored version"));
            return;
        }
        foreach (var version in spec.Versions.Where(version => version.Storage && !stored.Contains(version.Name)))
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(stored), "must have the storage version " + version.Name));
        }
        for (var i = 0; i < stored.Count; i++)
        {
            var name = stored[i];
            if (!spec.Versions.Any(version => version.Name == name))
            {
                errors.Add(FieldError.Invalid(path.Index(i), name,
                    $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"));
            }
        }
    }
}

/// <summary>Which parts all versions of a definition have alike.</summary>
/// <param name="HasSchema">The schema.</param>
/// <param name="HasSubresources">The sub-resources.</param>
/// <param name="HasColumns">The printer columns.</param>
/// <param name="HasSelectableFields">The selectable fields.</param>
internal sealed record SharedParts(bool HasSchema, bool HasSubresources, bool HasColumns, bool HasSelectableFields)
{
    public static SharedParts Of(CustomResourceDefinitionSpec spec) => new(
        Alike(spec.Versions, version => version.Schema),
        Alike(spec.Versions, version => version.Subresources),
        Alike(spec.Versions, version => version.AdditionalPrinterColumns),
        Alike(spec.Versions, version => version.SelectableFields));

    private static bool Alike<T>(ValueList<CustomResourceDefinitionVersion> versions, Func<CustomResourceDefinitionVersion, T> part) =>
        versions.Select(part).Distinct().Count() == 1;
}
