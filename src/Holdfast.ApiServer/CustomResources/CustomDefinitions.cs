using System.Collections.Immutable;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Store;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>
/// Keeps what is served in step with the definitions of custom resources. It runs as the last part of every write to a
/// definition, before the answer, so that the next request already meets what the definition says: names are given, served
/// versions changed, and the objects of a definition that is deleted go before it.
/// </summary>
/// <remarks>It starts nothing of its own: a deletion that waits for finalizers goes on with the write that takes the last one away.</remarks>
/// <param name="parts">What the verbs work with.</param>
internal sealed class CustomDefinitions(RegistryParts parts)
{
    private const string Manager = "kube-apiserver";

    // Deletions that are asked for together become durable together.
    private const int AtOnce = 64;

    private static readonly string StoreName = CustomResourceDefinition.ResourceType.GroupResource;

    private readonly ObjectUpdate _update = new(parts);
    private readonly ObjectDeletion _deletion = new(parts);
    private ServedState _state = new(0, ImmutableDictionary<string, ServedDefinition>.Empty);

    /// <summary>Whether a write to a kind may change what is served.</summary>
    /// <param name="served">The kind.</param>
    public static bool MayConcern(ServedResource served) => served.Custom is not null || served.StoreName == StoreName;

    /// <summary>Brings everything in step after a write, where the write concerns it: to be asked after it, since a definition may have begun to end meanwhile.</summary>
    /// <param name="served">The kind that was written.</param>
    public Task SettleAfterAsync(ServedResource served) => served.StoreName == StoreName || served.Custom is { IsTerminating: true }
        || parts.Served.Find(served.Type) is { Custom.IsTerminating: true } ? SettleAsync() : Task.CompletedTask;

    /// <summary>Brings everything in step.</summary>
    public async Task SettleAsync()
    {
        if (parts.Served.Find(CustomResourceDefinition.ResourceType) is not { } served)
            return;
        for (var attempt = 0; attempt < RegistryParts.MaximumAttempts; attempt++)
        {
            var view = parts.View();
            ImmutableArray<CustomResourceDefinition> definitions = [.. view.List<CustomResourceDefinition>(null)];
            var statuses = DefinitionPlanner.Plan(definitions, parts.Now());
            foreach (var (name, status) in statuses)
                await WriteStatusAsync(served, name, status);
            if (!statuses.IsEmpty)
                continue;
            Serve(definitions, view.Revision);
            var isChanged = false;
            foreach (var definition in definitions.Where(IsEnding))
                isChanged |= await EndAsync(served, definition);
            if (!isChanged)
                return;
        }
    }

    private static bool IsEnding(CustomResourceDefinition definition) =>
        definition.Metadata.DeletionTimestamp is not null && definition.Metadata.Finalizers.Contains(DefinitionPlanner.Finalizer);

    private void Serve(ImmutableArray<CustomResourceDefinition> definitions, long revision)
    {
        while (true)
        {
            var before = Volatile.Read(ref _state);
            if (before.Revision >= revision && before.Revision > 0)
                return;
            var after = new ServedState(revision, definitions.Where(each => DefinitionPlanner.Is(each, "Established")).ToImmutableDictionary(
                each => each.Metadata.Name, each => ServedDefinition.Of(each, before.Definitions.GetValueOrDefault(each.Metadata.Name)), StringComparer.Ordinal));
            if (Interlocked.CompareExchange(ref _state, after, before) != before)
                continue;
            if (!before.IsSame(after))
                parts.Served.ServeCustom(revision, [.. after.Definitions.OrderBy(each => each.Key, StringComparer.Ordinal).SelectMany(each => each.Value.Resources)]);
            foreach (var (name, definition) in before.Definitions)
            {
                if (after.Definitions.GetValueOrDefault(name) != definition)
                    definition.Retire();
            }
            return;
        }
    }

    private Task WriteStatusAsync(ServedResource served, string name, CustomResourceDefinitionStatus status) => QuietlyAsync(
        new UpdateRequest(served, KeyOf(name), UpdateScope.Status, stored =>
        {
            var definition = (CustomResourceDefinition)stored;
            return definition with { Status = definition.Status with { AcceptedNames = status.AcceptedNames, Conditions = status.Conditions } };
        })
        { Subresource = "status" });

    /// <summary>Deletes the objects of a definition, and lets the definition go when none is left; whether it went.</summary>
    private async Task<bool> EndAsync(ServedResource served, CustomResourceDefinition definition)
    {
        var failure = "";
        if (parts.Served.All.FirstOrDefault(each => each.Custom is not null && each.StoreName == definition.Metadata.Name) is { } instances)
            failure = await DeleteAllAsync(instances);
        // A built-in kind's collection of the same name was never the definition's.
        var isOwn = !parts.Served.All.Any(each => each.Custom is null && each.Type.GroupResource == definition.Metadata.Name);
        var left = isOwn ? parts.View().Snapshot.List(definition.Metadata.Name, null).Count() : 0;
        if (left > 0)
        {
            await SetEndingAsync(served, definition, "True", failure.Length > 0 ? "InstanceDeletionFailed" : "InstanceDeletionInProgress",
                failure.Length > 0 ? failure : $"CustomResource deletion is in progress: {left} remain, held by their finalizers", isGoing: false);
            return false;
        }
        await SetEndingAsync(served, definition, "False", "InstanceDeletionCompleted", "removed all instances", isGoing: true);
        return true;
    }

    private async Task<string> DeleteAllAsync(ServedResource instances)
    {
        var failure = "";
        foreach (var some in parts.View().Snapshot.List(instances.StoreName, null).Chunk(AtOnce))
        {
            var failures = await Task.WhenAll(some.Select(entry => DeleteAsync(instances, entry)));
            failure = Array.FindLast(failures, each => each.Length > 0) ?? failure;
        }
        return failure;
    }

    /// <summary>Deletes one object; gives why that failed, or nothing.</summary>
    private async Task<string> DeleteAsync(ServedResource instances, Entry entry)
    {
        if (StoredObject.Of(entry, instances).Metadata.DeletionTimestamp is not null)
            return "";
        try
        {
            await _deletion.DeleteAsync(instances, entry.Key, DeleteOptions.Empty, Context(), CancellationToken.None);
            return "";
        }
        catch (ApiException refusal)
        {
            return refusal.IsNotFound ? "" : $"could not delete {entry.Key.Name}: {refusal.Message}";
        }
    }

    private Task SetEndingAsync(ServedResource served, CustomResourceDefinition definition, string status, string reason, string message, bool isGoing) =>
        QuietlyAsync(new UpdateRequest(served, KeyOf(definition.Metadata.Name), UpdateScope.Internal, stored =>
        {
            var ending = (CustomResourceDefinition)stored;
            if (ending.Metadata.Uid != definition.Metadata.Uid)
                return ending;
            var condition = CustomResourceDefinitionCondition.Empty with { Type = "Terminating", Status = status, Reason = reason, Message = message };
            return ending with
            {
                Status = ending.Status with { Conditions = DefinitionPlanner.Set(ending.Status.Conditions, condition, parts.Now()) },
                Metadata = !isGoing ? ending.Metadata : ending.Metadata with
                {
                    Finalizers = ending.Metadata.Finalizers.Where(finalizer => finalizer != DefinitionPlanner.Finalizer).ToValueList(),
                },
            };
        })
        { Subresource = "status" });

    // A definition that is gone meanwhile needs nothing any more.
    private async Task QuietlyAsync(UpdateRequest update)
    {
        try
        {
            await _update.UpdateAsync(update, Context(), CancellationToken.None);
        }
        catch (ApiException gone) when (gone.IsNotFound)
        {
            return;
        }
    }

    private static WriteContext Context() => new(UserInfo.Component("apiserver")) { FieldManager = Manager };

    private static ResourceKey KeyOf(string name) => new(StoreName, "", name);

    private sealed record ServedState(long Revision, ImmutableDictionary<string, ServedDefinition> Definitions)
    {
        public bool IsSame(ServedState other) => Definitions.Count == other.Definitions.Count
            && Definitions.All(each => ReferenceEquals(other.Definitions.GetValueOrDefault(each.Key), each.Value));
    }
}
