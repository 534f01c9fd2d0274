using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>How a deletion ended.</summary>
/// <param name="Object">The object as it is now, or as it was last.</param>
/// <param name="IsGone">Whether it is gone, and not only marked.</param>
public sealed record DeletionOutcome(IResource Object, bool IsGone);

/// <summary>Deletes objects, by the plan of <see cref="DeletionPlanner"/>.</summary>
internal sealed class ObjectDeletion(RegistryParts parts)
{
    public async Task<DeletionOutcome> DeleteAsync(
        ServedResource served, ResourceKey key, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        CheckOptions(options);
        for (var attempt = 1; ; attempt++)
        {
            var view = parts.View();
            var entry = view.Snapshot.Find(key) ?? throw ApiErrors.NotFound(served.Type, key.Name);
            var outcome = await TryDeleteAsync(served, view, entry, options, context, cancellationToken);
            if (outcome is not null)
                return outcome;
            if (attempt == RegistryParts.MaximumAttempts)
                throw ApiErrors.Modified(served.Type, key.Name);
        }
    }

    private async Task<DeletionOutcome?> TryDeleteAsync(
        ServedResource served, ClusterView view, Entry entry, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        var stored = StoredObject.Of(entry, served);
        var request = new AdmissionRequest(served, AdmissionOperation.Delete, entry.Key, view, context)
        {
            Old = stored,
            Options = () => AdmissionOptions.Of(options, context),
        };
        var plan = DeletionPlanner.Plan(served, stored, options, parts.Now());
        await parts.Admission.ValidateAsync(request, stored, cancellationToken);
        if (plan is DeletionPlan.Nothing)
            return new DeletionOutcome(stored, false);
        if (DeletionPlanner.KeepsDependents(served, stored.Metadata, options))
            context.Warn(DeletionPlanner.KeepsDependentsWarning);
        var (result, isGone) = plan is DeletionPlan.Remove remove ? (remove.Final, true) : (((DeletionPlan.Mark)plan).Marked, false);
        if (context.IsDryRun)
            return new DeletionOutcome(result, isGone);
        var transaction = new Transaction(
            [new KeyAtRevision(entry.Key, entry.Revision), .. request.Conditions], [OperationOf(plan, entry.Key, served)]);
        return await parts.Store.CommitAsync(transaction, cancellationToken) is Committed committed
            ? new DeletionOutcome(StoredObject.Of(committed.Entries[0], served), isGone)
            : null;
    }

    /// <summary>The write that a plan asks for.</summary>
    public static Operation OperationOf(DeletionPlan plan, ResourceKey key, ServedResource served) => plan switch
    {
        DeletionPlan.Remove remove => new Delete(key, StoredObject.Pending(remove.Final, served)),
        DeletionPlan.Mark mark => new Put(key, StoredObject.Pending(mark.Marked, served)),
        _ => throw new ArgumentException("a plan that does nothing has no write", nameof(plan)),
    };

    private static void CheckOptions(DeleteOptions options)
    {
        if (options.PropagationPolicy is { } policy)
        {
            if (options.OrphanDependents is not null)
            {
                throw ApiErrors.InvalidOptions("DeleteOptions", new FieldError(FieldErrorType.FieldValueInvalid, "propagationPolicy",
                    $"Invalid value: \"{policy}\": orphanDependents and deletionPropagation cannot be both set"));
            }
            if (policy is not ("Background" or "Foreground" or "Orphan"))
            {
                throw ApiErrors.InvalidOptions("DeleteOptions", new FieldError(FieldErrorType.FieldValueNotSupported, "propagationPolicy",
                    $"Unsupported value: \"{policy}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""));
            }
        }
    }
}
