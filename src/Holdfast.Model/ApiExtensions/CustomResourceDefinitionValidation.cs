using System.Collections.Immutable;
using Holdfast.Model.Rules;

namespace Holdfast.Model.ApiExtensions;

/// <summary>What holds for the names and versions of custom resources.</summary>
internal static class CustomResourceDefinitionValidation
{
    private static readonly FieldPath Spec = FieldPath.Root("spec");
    private static readonly ImmutableArray<string> Scopes = ["Cluster", "Namespaced"];

    public static void Check(CustomResourceDefinition definition, FieldErrors errors)
    {
        var spec = definition.Spec;
        var expected = $"{spec.Names.Plural}.{spec.Group}";
        if (definition.Metadata.Name.Length > 0 && definition.Metadata.Name != expected)
        {
            errors.Add(FieldError.Invalid(FieldPath.Root("metadata").Child("name"), definition.Metadata.Name, "must be spec.names.plural+\".\"+spec.group"));
        }
        if (errors.Require(Spec, "group", spec.Group))
        {
            errors.RequireFormat(Spec, "group", spec.Group, TextFormats.Dns1123Subdomain);
            if (!spec.Group.Contains('.', StringComparison.Ordinal))
            {
                errors.Add(FieldError.Invalid(Spec.Child("group"), spec.Group, "should be a domain with at least one dot"));
            }
        }
        if (errors.Require(Spec, "scope", spec.Scope))
        {
            errors.RequireOneOf(Spec, "scope", spec.Scope, Scopes);
        }
        CheckVersions(spec, errors);
        CheckNames(spec.Names, Spec.Child("names"), errors);
    }

    private static void CheckVersions(CustomResourceDefinitionSpec spec, FieldErrors errors)
    {
        var path = Spec.Child("versions");
        var (stored, seen) = (0, new HashSet<string>(StringComparer.Ordinal));
        var isUnique = true;
        for (var i = 0; i < spec.Versions.Count; i++)
        {
            var version = spec.Versions[i];
            stored += version.Storage ? 1 : 0;
            isUnique &= seen.Add(version.Name);
            errors.RequireFormat(path.Index(i), "name", version.Name, TextFormats.Dns1035Label);
            if (version.Schema?.OpenAPIV3Schema is null)
            {
                errors.Add(FieldError.Required(path.Index(i).Child("schema").Child("openAPIV3Schema"), "schemas are required"));
            }
        }
        if (!isUnique)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.List(spec.Versions), "must contain unique version names"));
        }
        if (stored != 1)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.List(spec.Versions), "must have exactly one version marked as storage version"));
        }
    }

    private static void CheckNames(CustomResourceDefinitionNames names, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "plural", names.Plural))
        {
            errors.RequireFormat(path, "plural", names.Plural, TextFormats.Dns1035Label);
        }
        if (errors.Require(path, "singular", names.Singular))
        {
            errors.RequireFormat(path, "singular", names.Singular, TextFormats.Dns1035Label);
        }
        CheckKind(names.Kind, "kind", path, errors);
        CheckKind(names.ListKind, "listKind", path, errors);
        if (names.Kind.Length > 0 && names.Kind == names.ListKind)
        {
            errors.Add(FieldError.Invalid(path.Child("listKind"), names.ListKind, "kind and listKind may not be the same"));
        }
        for (var i = 0; i < names.ShortNames.Count; i++)
        {
            errors.RequireFormat(path.Child("shortNames").Index(i), names.ShortNames[i], TextFormats.Dns1035Label);
        }
        for (var i = 0; i < names.Categories.Count; i++)
        {
            errors.RequireFormat(path.Child("categories").Index(i), names.Categories[i], TextFormats.Dns1035Label);
        }
    }

    private static void CheckKind(string kind, string field, FieldPath path, FieldErrors errors)
    {
        if (!errors.Require(path, field, kind))
        {
            return;
        }
        foreach (var problem in TextFormats.Dns1035Label(kind.ToLowerInvariant()))
        {
            errors.Add(FieldError.Invalid(path.Child(field), kind, "may have mixed case, but should otherwise match: " + problem));
        }
    }
}
