using System.Collections.Immutable;
using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Which of a kind's rules an update obeys.</summary>
internal enum UpdateScope
{
    /// <summary>Those of the object itself: its status stays.</summary>
    Object,

    /// <summary>Those of the status: everything else stays.</summary>
    Status,

    /// <summary>None: the server itself changes one thing, such as a pod's node.</summary>
    Internal,
}

/// <summary>A change of one object, as a function of what is stored, so that it can be made again when that has changed.</summary>
/// <param name="Served">The kind.</param>
/// <param name="Key">The object.</param>
/// <param name="Scope">Which rules it obeys.</param>
/// <param name="Change">Gives the changed object; its resourceVersion is what the client demands, or empty. May refuse.</param>
internal sealed record UpdateRequest(ServedResource Served, ResourceKey Key, UpdateScope Scope, Func<IResource, IResource> Change)
{
    /// <summary>The sub-resource, for admission and the ownership of fields.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The rules of the object: those of its kind, unless the sub-resource has others.</summary>
    public KindRules Rules { get => field ?? Served.Rules; init; }

    /// <summary>Whether the change keeps the book of owned fields itself, as an application does, or does not touch it, as a binding.</summary>
    public bool KeepsBook { get; init; }

    /// <summary>Whether the client named the version it has seen, so that a later one is a conflict and no reason to try again.</summary>
    public bool IsPinned { get; init; }
}

/// <summary>Changes objects: the change, admission, the server's own metadata, validation, commit against the version that was read.</summary>
internal sealed class ObjectUpdate(RegistryParts parts)
{
    public async Task<WrittenObject> UpdateAsync(UpdateRequest update, WriteContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var view = parts.View();
            var entry = view.Snapshot.Find(update.Key) ?? throw ApiErrors.NotFound(update.Served.Type, update.Key.Name);
            var updated = await TryUpdateAsync(update, view, entry, context, cancellationToken);
            if (updated is not null)
                return updated;
            if (update.IsPinned || attempt == RegistryParts.MaximumAttempts)
                throw ApiErrors.Modified(update.Served.Type, update.Key.Name);
        }
    }

    private async Task<WrittenObject?> TryUpdateAsync(
        UpdateRequest update, ClusterView view, Entry entry, WriteContext context, CancellationToken cancellationToken)
    {
        var served = update.Served;
        var form = StoredObject.Form(entry, served);
        var old = form.Object;
        var request = new AdmissionRequest(served, AdmissionOperation.Update, update.Key, view, context)
        {
            Old = old,
            Subresource = update.Subresource,
        };
        var changed = Complete(update, update.Change(old), old);
        if (!update.KeepsBook)
            changed = FieldManagement.Keep(served, changed, new StoredState(old, form.Json), update.Subresource, context, parts.Now());
        var admitted = await parts.Admission.MutateAsync(request, changed, cancellationToken);
        var updated = FieldManagement.Settle(WithGeneration(update, admitted, old), old);
        Check(update, updated, old, context);
        await parts.Admission.ValidateAsync(request, updated, cancellationToken);
        if (updated.Equals(old) && served.Forms?.IsStoredAsNow(entry) != false)
            return WrittenObject.Of(entry, served);
        if (context.IsDryRun)
            return new WrittenObject(updated, null);
        // What goes with its last finalizer was never stored without it: as on Kubernetes, watchers are told of it as it was stored,
        // and whoever took the finalizer away is answered with what he made of it, at the version that he changed.
        var isLast = IsFinished(updated);
        Operation operation = isLast
            ? new Delete(update.Key, StoredObject.Pending(old, served))
            : new Put(update.Key, StoredObject.Pending(updated, served));
        var transaction = new Transaction([new KeyAtRevision(update.Key, entry.Revision), .. request.Conditions], [operation]);
        if (await parts.Store.CommitAsync(transaction, cancellationToken) is not Committed committed)
            return null;
        return isLast ? new WrittenObject(updated, null) : WrittenObject.Of(committed.Entries[0], served);
    }

    /// <summary>Whether an object that is being deleted waits for nothing any more.</summary>
    public static bool IsFinished(IResource resource) =>
        resource.Metadata is { DeletionTimestamp: not null, Finalizers.IsEmpty: true, DeletionGracePeriodSeconds: null or 0 }
        && resource is not Namespace { Spec.Finalizers.IsEmpty: false };

    private static IResource Complete(UpdateRequest update, IResource changed, IResource old)
    {
        var (served, stored) = (update.Served, old.Metadata);
        CheckIdentity(served, changed.Metadata, stored);
        var metadata = changed.Metadata with
        {
            Name = stored.Name,
            Namespace = stored.Namespace,
            Uid = stored.Uid,
            ResourceVersion = stored.ResourceVersion,
            Generation = stored.Generation,
            CreationTimestamp = stored.CreationTimestamp,
            DeletionTimestamp = stored.DeletionTimestamp,
            DeletionGracePeriodSeconds = stored.DeletionGracePeriodSeconds,
            SelfLink = "",
        };
        changed = changed.WithMetadata(metadata);
        return update.Scope switch
        {
            UpdateScope.Object => update.Rules.PrepareForUpdateAny(update.Rules.DefaultAny(changed), old),
            UpdateScope.Status => update.Rules.PrepareForStatusUpdateAny(update.Rules.DefaultAny(changed), old),
            _ => changed,
        };
    }

    private static void CheckIdentity(ServedResource served, ObjectMeta sent, ObjectMeta stored)
    {
        if (sent.Uid.Length > 0 && sent.Uid != stored.Uid)
        {
            throw ApiErrors.Conflict(served.Type.Group, served.Type.Plural, stored.Name,
                $"Precondition failed: UID in precondition: {sent.Uid}, UID in object meta: {stored.Uid}");
        }
        if (sent.ResourceVersion.Length > 0)
        {
            if (sent.ResourceVersion != stored.ResourceVersion)
                throw ApiErrors.Modified(served.Type, stored.Name);
        }
        else if (!served.Rules.AllowsUnconditionalUpdate)
        {
            throw ApiErrors.Invalid(served.Type, stored.Name, [new FieldError(FieldErrorType.FieldValueInvalid,
                "metadata.resourceVersion", "Invalid value: 0: must be specified for an update")]);
        }
    }

    private static IResource WithGeneration(UpdateRequest update, IResource updated, IResource old)
    {
        var rules = update.Rules;
        return update.Scope == UpdateScope.Object && rules.HasGeneration && rules.RaisesGenerationAny(updated, old)
            ? updated.WithMetadata(updated.Metadata with { Generation = old.Metadata.Generation + 1 })
            : updated;
    }

    private static void Check(UpdateRequest update, IResource updated, IResource old, WriteContext context)
    {
        var rules = update.Rules;
        ImmutableArray<FieldError> problems = update.Scope switch
        {
            UpdateScope.Object => rules.ValidateUpdateAny(updated, old),
            UpdateScope.Status => rules.ValidateStatusUpdateAny(updated, old),
            _ => [],
        };
        if (!problems.IsDefaultOrEmpty)
            throw ApiErrors.Invalid(update.Served.Type, updated.Metadata.Name, problems);
        if (update.Scope != UpdateScope.Object)
            return;
        foreach (var warning in rules.WarningsAny(updated, old))
            context.Warn(warning);
    }
}
