using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Model.Rules;

/// <summary>
/// What holds for the objects of one kind whichever way they are written: defaults, what a client may not set, validation
/// and warnings. Pure; the API server calls it in the order Default → Prepare → Validate. This untyped face is what the
/// server uses; a kind's rules derive from <see cref="KindRules{T}"/>.
/// </summary>
public abstract class KindRules
{
    /// <summary>Whether the kind has a <c>status</c> sub-resource.</summary>
    public virtual bool HasStatus => false;

    /// <summary>Whether an update of an object that is not there makes it.</summary>
    public virtual bool AllowsCreateOnUpdate => false;

    /// <summary>Whether an update without resourceVersion replaces whatever is there.</summary>
    public virtual bool AllowsUnconditionalUpdate => true;

    /// <summary>Whether the kind counts <c>metadata.generation</c>.</summary>
    public virtual bool HasGeneration => HasStatus;

    /// <summary>Fills in defaults.</summary>
    /// <param name="resource">The object as it was sent.</param>
    public abstract IResource DefaultAny(IResource resource);

    /// <summary>Drops from a new object what a client may not set (status …); metadata is the server's own work.</summary>
    /// <param name="resource">The object.</param>
    public abstract IResource PrepareForCreateAny(IResource resource);

    /// <summary>Keeps from the stored object what an ordinary update may not change (status …).</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    public abstract IResource PrepareForUpdateAny(IResource updated, IResource old);

    /// <summary>Keeps from the stored object what a status update may not change (spec, labels …).</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    public abstract IResource PrepareForStatusUpdateAny(IResource updated, IResource old);

    /// <summary>Whether spec (or what counts as spec) differs, so that the generation rises.</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    public abstract bool RaisesGenerationAny(IResource updated, IResource old);

    /// <summary>All problems of an object.</summary>
    /// <param name="resource">The object, with defaults.</param>
    public abstract ImmutableArray<FieldError> ValidateAny(IResource resource);

    /// <summary>All problems of a change.</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    public abstract ImmutableArray<FieldError> ValidateUpdateAny(IResource updated, IResource old);

    /// <summary>All problems of a status change.</summary>
    /// <param name="updated">The new object.</param>
    /// <param name="old">The stored object.</param>
    public abstract ImmutableArray<FieldError> ValidateStatusUpdateAny(IResource updated, IResource old);

    /// <summary>What a client should be warned of.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="old">The stored object, or null when it is new.</param>
    public abstract ImmutableArray<string> WarningsAny(IResource resource, IResource? old);
}

/// <summary>The rules of one kind; what is not overridden changes and refuses nothing.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract class KindRules<T> : KindRules where T : class, IResource<T>
{
    /// <inheritdoc cref="KindRules.DefaultAny"/>
    public virtual T Default(T resource) => resource;

    /// <inheritdoc cref="KindRules.PrepareForCreateAny"/>
    public virtual T PrepareForCreate(T resource) => resource;

    /// <inheritdoc cref="KindRules.PrepareForUpdateAny"/>
    public virtual T PrepareForUpdate(T updated, T old) => updated;

    /// <inheritdoc cref="KindRules.PrepareForStatusUpdateAny"/>
    public virtual T PrepareForStatusUpdate(T updated, T old) => updated;

    /// <inheritdoc cref="KindRules.RaisesGenerationAny"/>
    public virtual bool RaisesGeneration(T updated, T old) => false;

    /// <inheritdoc cref="KindRules.ValidateAny"/>
    public virtual ImmutableArray<FieldError> Validate(T resource) => [];

    /// <inheritdoc cref="KindRules.ValidateUpdateAny"/>
    public virtual ImmutableArray<FieldError> ValidateUpdate(T updated, T old) => [];

    /// <inheritdoc cref="KindRules.ValidateStatusUpdateAny"/>
    public virtual ImmutableArray<FieldError> ValidateStatusUpdate(T updated, T old) => [];

    /// <inheritdoc cref="KindRules.WarningsAny"/>
    public virtual ImmutableArray<string> Warnings(T resource, T? old) => [];

    /// <inheritdoc/>
    public sealed override IResource DefaultAny(IResource resource) => Default((T)resource);

    /// <inheritdoc/>
    public sealed override IResource PrepareForCreateAny(IResource resource) => PrepareForCreate((T)resource);

    /// <inheritdoc/>
    public sealed override IResource PrepareForUpdateAny(IResource updated, IResource old) => PrepareForUpdate((T)updated, (T)old);

    /// <inheritdoc/>
    public sealed override IResource PrepareForStatusUpdateAny(IResource updated, IResource old) => PrepareForStatusUpdate((T)updated, (T)old);

    /// <inheritdoc/>
    public sealed override bool RaisesGenerationAny(IResource updated, IResource old) => RaisesGeneration((T)updated, (T)old);

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> ValidateAny(IResource resource) => Validate((T)resource);

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> ValidateUpdateAny(IResource updated, IResource old) => ValidateUpdate((T)updated, (T)old);

    /// <inheritdoc/>
    public sealed override ImmutableArray<FieldError> ValidateStatusUpdateAny(IResource updated, IResource old) => ValidateStatusUpdate((T)updated, (T)old);

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> WarningsAny(IResource resource, IResource? old) => Warnings((T)resource, (T?)old);
}
