using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.ApiExtensions;

/// <summary>The rules of CustomResourceDefinitions. Structural schemas are checked where they are compiled.</summary>
internal sealed class CustomResourceDefinitionRules : ResourceRules<CustomResourceDefinition>
{
    private const int HttpsPort = 443;

    public override bool HasStatus => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override CustomResourceDefinition Default(CustomResourceDefinition definition)
    {
        var spec = definition.Spec;
        var names = spec.Names;
        var conversion = spec.Conversion ?? CustomResourceConversion.Empty with { Strategy = "None" };
        if (conversion.Webhook is { ClientConfig: { Service: { Port: null } service } client } webhook)
        {
            conversion = conversion with { Webhook = webhook with { ClientConfig = client with { Service = service with { Port = HttpsPort } } } };
        }
        return definition with
        {
            Spec = spec with
            {
                Names = names with
                {
                    Singular = names.Singular.Or(names.Kind.ToLowerInvariant()),
                    ListKind = names.ListKind.Length > 0 || names.Kind.Length == 0 ? names.ListKind : names.Kind + "List",
                },
                Conversion = conversion,
            },
        };
    }

    public override CustomResourceDefinition PrepareForCreate(CustomResourceDefinition definition) => definition with
    {
        Status = CustomResourceDefinitionStatus.Empty with { StoredVersions = WithStored([], definition.Spec) },
    };

    public override CustomResourceDefinition PrepareForUpdate(CustomResourceDefinition updated, CustomResourceDefinition old) => updated with
    {
        Status = old.Status with { StoredVersions = WithStored(old.Status.StoredVersions, updated.Spec) },
    };

    public override CustomResourceDefinition PrepareForStatusUpdate(CustomResourceDefinition updated, CustomResourceDefinition old) => updated with
    {
        Spec = old.Spec,
        Metadata = updated.Metadata with
        {
            Labels = old.Metadata.Labels,
            Annotations = old.Metadata.Annotations,
            Finalizers = old.Metadata.Finalizers,
            OwnerReferences = old.Metadata.OwnerReferences,
        },
    };

    public override bool RaisesGeneration(CustomResourceDefinition updated, CustomResourceDefinition old) => updated.Spec != old.Spec;

    public override ImmutableArray<string> Warnings(CustomResourceDefinition definition, CustomResourceDefinition? old) => UnknownFormats.Warnings(definition, old);

    protected override void Check(CustomResourceDefinition definition, FieldErrors errors) =>
        CustomResourceDefinitionValidation.Check(definition, errors);

    protected override void CheckUpdate(CustomResourceDefinition updated, CustomResourceDefinition old, FieldErrors errors)
    {
        Check(updated, errors);
        if (old.Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" }))
        {
            errors.RequireUnchanged(SpecPath.Child("scope"), updated.Spec.Scope, old.Spec.Scope);
            errors.RequireUnchanged(SpecPath.Child("names").Child("kind"), updated.Spec.Names.Kind, old.Spec.Names.Kind);
        }
        errors.RequireUnchanged(SpecPath.Child("group"), updated.Spec.Group, old.Spec.Group);
        errors.RequireUnchanged(SpecPath.Child("names").Child("plural"), updated.Spec.Names.Plural, old.Spec.Names.Plural);
    }

    protected override void CheckStatusUpdate(CustomResourceDefinition updated, CustomResourceDefinition old, FieldErrors errors) =>
        CustomResourceDefinitionValidation.CheckStatus(updated, errors);

    private static ValueList<string> WithStored(ValueList<string> stored, CustomResourceDefinitionSpec spec)
    {
        foreach (var version in spec.Versions)
        {
            if (version.Storage && !stored.Contains(version.Name))
            {
                stored = stored.Add(version.Name);
            }
        }
        return stored;
    }
}
