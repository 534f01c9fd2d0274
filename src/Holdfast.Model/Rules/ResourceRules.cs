using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Model.Rules;

/// <summary>
/// The rules of a kind with metadata first: a kind says only what holds beyond that. An update is checked as a change of
/// metadata, then as a whole object, then as a change, which is the order of Kubernetes' strategies.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract class ResourceRules<T> : KindRules<T> where T : class, IResource<T>
{
    /// <summary>Where every object's metadata is.</summary>
    protected static FieldPath MetadataPath { get; } = FieldPath.Root("metadata");

    /// <summary>Where most objects' spec is.</summary>
    protected static FieldPath SpecPath { get; } = FieldPath.Root("spec");

    /// <summary>Where most objects' status is.</summary>
    protected static FieldPath StatusPath { get; } = FieldPath.Root("status");

    /// <summary>The form of names.</summary>
    protected virtual TextFormat NameFormat => TextFormats.Dns1123Subdomain;

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> Validate(T resource)
    {
        var errors = new FieldErrors();
        MetadataValidation.Check(resource.Metadata, T.ResourceType.IsNamespaced, NameFormat, MetadataPath, errors);
        Check(resource, errors);
        return errors.ToImmutable();
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> ValidateUpdate(T updated, T old)
    {
        var errors = new FieldErrors();
        MetadataValidation.CheckUpdate(updated.Metadata, old.Metadata, MetadataPath, errors);
        CheckUpdate(updated, old, errors);
        return errors.ToImmutable();
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> ValidateStatusUpdate(T updated, T old)
    {
        var errors = new FieldErrors();
        MetadataValidation.CheckUpdate(updated.Metadata, old.Metadata, MetadataPath, errors);
        CheckStatusUpdate(updated, old, errors);
        return errors.ToImmutable();
    }

    /// <summary>Finds what is wrong with an object beyond its metadata.</summary>
    /// <param name="resource">The object, with defaults.</param>
    /// <param name="errors">Where problems go.</param>
    protected virtual void Check(T resource, FieldErrors errors)
    {
    }

    /// <summary>Finds what is wrong with a change beyond its metadata; without more, what is wrong with the new object.</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    /// <param name="errors">Where problems go.</param>
    protected virtual void CheckUpdate(T updated, T old, FieldErrors errors) => Check(updated, errors);

    /// <summary>Finds what is wrong with a status change beyond its metadata.</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    /// <param name="errors">Where problems go.</param>
    protected virtual void CheckStatusUpdate(T updated, T old, FieldErrors errors)
    {
    }
}
