using System.Collections.Immutable;
using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.CustomResources;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// What can be asked of the cluster, on typed objects and without any transport: the in-process client and the HTTP
/// front end both end here. Refusals are <see cref="ApiException"/>s that carry the Status to answer.
/// </summary>
/// <remarks>
/// Runs on one thread as well as on many: it starts nothing of its own, waits for nothing but the store, and takes time
/// and chance from its parts. Who may do what is decided before.
/// </remarks>
/// <param name="parts">What the verbs work with.</param>
public sealed class ResourceRegistry(RegistryParts parts)
{
    private const int DeletedAtOnce = 64;

    private readonly ObjectCreation _creation = new(parts);
    private readonly ObjectUpdate _update = new(parts);
    private readonly ObjectDeletion _deletion = new(parts);
    private readonly ObjectListing _listing = new(parts);
    private readonly ObjectWatch _watch = new(parts);
    private readonly Subresources _subresources = new(parts);
    private readonly CustomDefinitions _definitions = new(parts);

    /// <summary>What is served.</summary>
    public ServedResources Served => parts.Served;

    /// <summary>The clock.</summary>
    public TimeProvider Time => parts.Time;

    /// <summary>Everything as it is now.</summary>
    public ClusterView View() => parts.View();

    /// <summary>Makes an object.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="resource">The object as it was sent.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; the object may still be made.</param>
    /// <returns>The object as it is stored.</returns>
    public Task<WrittenObject> CreateAsync(
        ServedResource served, string namespaceName, IResource resource, WriteContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        return served.Review is { } review
            ? Task.FromResult(new WrittenObject(
                review(FieldManagement.Begin(served, ObjectCreation.InNamespace(served, namespaceName, resource), context, parts.Now()), context), null))
            : SettlingAsync(served, context, _creation.CreateAsync(served, namespaceName, resource, context, cancellationToken));
    }

    /// <summary>Serves the custom resources whose definitions are stored: to be done once, before the first request.</summary>
    public Task ServeCustomResourcesAsync() => _definitions.SettleAsync();

    // A write to a definition is answered when what is served follows it.
    private Task<T> SettlingAsync<T>(ServedResource served, WriteContext context, Task<T> write)
    {
        return !context.IsDryRun && CustomDefinitions.MayConcern(served) ? SettleAfterAsync() : write;

        async Task<T> SettleAfterAsync()
        {
            var outcome = await write;
            await _definitions.SettleAfterAsync(served);
            return outcome;
        }
    }

    /// <summary>Finds an object as it is now.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ApiException">It is not there.</exception>
    public Entry Get(ServedResource served, string namespaceName, string name)
    {
        ArgumentNullException.ThrowIfNull(served);
        return parts.Store.Find(new ResourceKey(served.StoreName, namespaceName, name)) ?? throw ApiErrors.NotFound(served.Type, name);
    }

    /// <summary>Waits until the store has reached a revision, for a read that must not be older.</summary>
    /// <param name="resourceVersion">The revision as it was sent; empty or 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It was not reached in time.</exception>
    public Task ReachAsync(string resourceVersion, CancellationToken cancellationToken) => _listing.ReachAsync(resourceVersion, cancellationToken);

    /// <summary>Lists a collection, or one page of it, at one revision.</summary>
    /// <param name="request">Which objects.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ListPage> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        _listing.ListAsync(request, cancellationToken);

    /// <summary>Watches a collection until it is cancelled; a refusal after the first event ends it as an exception.</summary>
    /// <param name="request">Which objects, and from where on.</param>
    /// <param name="cancellationToken">Ends the watch, as cancelled.</param>
    public IAsyncEnumerable<ResourceEvent> WatchAsync(WatchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectWatch.Check(request);
        var events = _watch.WatchAsync(request, cancellationToken);
        return request.Served.Custom is { } custom ? CustomWatch.UntilRetired(events, custom.Retired, cancellationToken) : events;
    }

    /// <summary>Replaces an object, its status, or what its namespace waits for.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="subresource">Empty, <c>status</c>, <c>scale</c>, <c>ephemeralcontainers</c> or <c>finalize</c>.</param>
    /// <param name="sent">The object as it was sent.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; the change may still take place.</param>
    /// <returns>The object as it is stored, and whether it was made.</returns>
    public Task<UpdateOutcome> UpdateAsync(
        ServedResource served, string namespaceName, string name, string subresource, IResource sent, WriteContext context,
        CancellationToken cancellationToken) =>
        SettlingAsync(served, context, ReplaceAsync(served, namespaceName, name, subresource, sent, context, cancellationToken));

    private async Task<UpdateOutcome> ReplaceAsync(
        ServedResource served, string namespaceName, string name, string subresource, IResource sent, WriteContext context,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(sent);
        CheckNames(served, namespaceName, name, sent);
        if (subresource == "scale")
            return new(await _subresources.SetScaleAsync(served, namespaceName, name, _ => sent, IsPinned(sent), context, cancellationToken), false);
        var key = new ResourceKey(served.StoreName, namespaceName, name);
        var isNew = subresource.Length == 0 && served.Rules.AllowsCreateOnUpdate && parts.Store.Find(key) is null;
        if (isNew && sent.Metadata.Uid.Length == 0 && sent.Metadata.ResourceVersion.Length == 0)
        {
            var named = sent.WithMetadata(sent.Metadata with { Name = name });
            return new(await _creation.CreateAsync(served, namespaceName, named, context, cancellationToken), true);
        }
        var update = Request(served, key, subresource, _ => sent) with { IsPinned = IsPinned(sent) };
        return new(await _update.UpdateAsync(update, context, cancellationToken), false);
    }

    /// <summary>Changes an object or one of its sub-resources by a patch; done again when somebody else was faster, unless the patch names a version.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="subresource">Empty, <c>status</c>, <c>scale</c> or <c>ephemeralcontainers</c>.</param>
    /// <param name="form">The patch's form.</param>
    /// <param name="patch">The patch's text.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; the change may still take place.</param>
    /// <returns>The object as it is stored, and whether it was made, as an application may.</returns>
    public Task<UpdateOutcome> PatchAsync(
        ServedResource served, string namespaceName, string name, string subresource, PatchForm form, ReadOnlyMemory<byte> patch,
        WriteContext context, CancellationToken cancellationToken) =>
        SettlingAsync(served, context, ChangeAsync(served, namespaceName, name, subresource, form, patch, context, cancellationToken));

    private async Task<UpdateOutcome> ChangeAsync(
        ServedResource served, string namespaceName, string name, string subresource, PatchForm form, ReadOnlyMemory<byte> patch,
        WriteContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        if (form == PatchForm.Apply)
            return await ApplyAsync(served, new ResourceKey(served.StoreName, namespaceName, name), subresource, patch, context, cancellationToken);
        if (subresource == "scale")
        {
            return new(await _subresources.SetScaleAsync(served, namespaceName, name, scale =>
            {
                var patched = ObjectPatch.Apply(scale, Subresources.ScaleCodec, form, patch, context);
                CheckNames(served, namespaceName, name, patched);
                return patched;
            }, false, context, cancellationToken), false);
        }
        var key = new ResourceKey(served.StoreName, namespaceName, name);
        return new(await _update.UpdateAsync(Request(served, key, subresource, stored =>
        {
            var patched = ObjectPatch.Apply(stored, served.Codec, form, patch, context);
            CheckNames(served, namespaceName, name, patched);
            return patched;
        }), context, cancellationToken), false);
    }

    private async Task<UpdateOutcome> ApplyAsync(
        ServedResource served, ResourceKey key, string subresource, ReadOnlyMemory<byte> patch, WriteContext context,
        CancellationToken cancellationToken)
    {
        if (subresource == "scale")
            return new(await _subresources.ApplyScaleAsync(served, key, patch, context, cancellationToken), false);
        var application = new ObjectApplication(served, subresource, patch, context);
        if (subresource.Length == 0 && parts.Store.Find(key) is null)
        {
            var applied = application.ToNew(parts.Now());
            CheckNames(served, key.Namespace, key.Name, applied);
            return new(await _creation.CreateAppliedAsync(served, key.Namespace, applied, context, cancellationToken), true);
        }
        var update = Request(served, key, subresource, stored =>
        {
            var applied = application.To(stored, parts.Now());
            CheckNames(served, key.Namespace, key.Name, applied);
            return applied;
        });
        return new(await _update.UpdateAsync(update with { KeepsBook = true }, context, cancellationToken), false);
    }

    /// <summary>Deletes an object, or marks it so that it goes when its grace period and finalizers allow.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="options">How.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; the deletion may still take place.</param>
    public Task<DeletionOutcome> DeleteAsync(
        ServedResource served, string namespaceName, string name, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        return SettlingAsync(served, context,
            _deletion.DeleteAsync(served, new ResourceKey(served.StoreName, namespaceName, name), options, context, cancellationToken));
    }

    /// <summary>Deletes what a list finds, some at once so that they become durable together; what goes meanwhile is passed over.</summary>
    /// <param name="request">Which objects.</param>
    /// <param name="options">How.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; what was deleted until then stays so.</param>
    /// <returns>The objects as they were found.</returns>
    public Task<ListPage> DeleteCollectionAsync(
        ListRequest request, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SettlingAsync(request.Served, context, DeleteAllAsync(request, options, context, cancellationToken));
    }

    private async Task<ListPage> DeleteAllAsync(
        ListRequest request, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        var page = await _listing.ListAsync(request, cancellationToken);
        var deleted = ImmutableArray.CreateBuilder<Entry>(page.Entries.Length);
        foreach (var some in page.Entries.Chunk(DeletedAtOnce))
        {
            var gone = await Task.WhenAll(some.Select(entry => DeleteFoundAsync(request.Served, entry, options, context, cancellationToken)));
            deleted.AddRange(some.Where((_, index) => gone[index]));
        }
        return page with { Entries = deleted.ToImmutable() };
    }

    /// <summary>Reads the <c>scale</c> of an object.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">The name.</param>
    public IResource GetScale(ServedResource served, string namespaceName, string name)
    {
        ArgumentNullException.ThrowIfNull(served);
        var scale = served.Scale ?? throw ApiErrors.NothingServed();
        var read = (Scale)scale.Read(StoredObject.Of(Get(served, namespaceName, name), served));
        // An error and no number, as upstream: a scaler that reads 0 would believe that the object is switched off.
        return read.Spec.Replicas != ScaleAccess.Unset ? read : throw ApiErrors.Internal($"the spec replicas field \"{scale.ReplicasField}\" does not exist");
    }

    /// <summary>Posts to a sub-resource: a pod's <c>binding</c> or <c>eviction</c>, an account's <c>token</c>.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="subresource">The sub-resource.</param>
    /// <param name="posted">What was posted.</param>
    /// <param name="context">Who asks, and how.</param>
    /// <param name="cancellationToken">Ends the wait; it may still take place.</param>
    /// <returns>What was answered; null for a Status that says it was done.</returns>
    public Task<IResource?> PostAsync(
        ServedResource served, string namespaceName, string name, string subresource, IResource posted, WriteContext context,
        CancellationToken cancellationToken) =>
        _subresources.PostAsync(served, namespaceName, name, subresource, posted, context, cancellationToken);

    /// <summary>Asks admission whether a stream to an object may be opened, such as <c>exec</c>.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="target">The object.</param>
    /// <param name="name">The name by which it is asked for: a proxy's may have a scheme and a port.</param>
    /// <param name="subresource">The sub-resource.</param>
    /// <param name="options">What the stream is asked for: its kind and its JSON.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It may not.</exception>
    public ValueTask ConnectAsync(
        ServedResource served, IResource target, string name, string subresource, (string Kind, ReadOnlyMemory<byte> Json) options,
        WriteContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(target);
        var key = new ResourceKey(served.StoreName, target.Metadata.Namespace, name);
        var request = new AdmissionRequest(served, AdmissionOperation.Connect, key, parts.View(), context)
        {
            Subresource = subresource,
            Old = target,
            Document = options.Json,
            DocumentKind = options.Kind,
        };
        return parts.Admission.ValidateAsync(request, target, cancellationToken);
    }

    private static UpdateRequest Request(ServedResource served, ResourceKey key, string subresource, Func<IResource, IResource> change) =>
        subresource switch
        {
            "" => new(served, key, UpdateScope.Object, change),
            "status" => new(served, key, UpdateScope.Status, change) { Subresource = subresource },
            "finalize" => Subresources.Finalize(served, key, change),
            _ when KindRulesCatalog.OfSubresource(served.Type, subresource) is { } rules =>
                new(served, key, UpdateScope.Object, change) { Subresource = subresource, Rules = rules },
            _ => throw ApiErrors.MethodNotAllowed(),
        };

    /// <summary>Whether this deletion found the object.</summary>
    private async Task<bool> DeleteFoundAsync(ServedResource served, Entry entry, DeleteOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        try
        {
            await _deletion.DeleteAsync(served, entry.Key, options, context, cancellationToken);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    private static bool IsPinned(IResource sent) => sent.Metadata.ResourceVersion.Length > 0;

    private static void CheckNames(ServedResource served, string namespaceName, string name, IResource sent)
    {
        if (sent.Metadata.Name.Length == 0)
            throw ApiErrors.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");
        if (sent.Metadata.Name != name)
            throw ApiErrors.BadRequest($"the name of the object ({sent.Metadata.Name}) does not match the name on the URL ({name})");
        if (served.Type.IsNamespaced && sent.Metadata.Namespace.Length > 0 && sent.Metadata.Namespace != namespaceName)
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }
}

/// <summary>How an update ended.</summary>
/// <param name="Written">The object as it is stored.</param>
/// <param name="IsCreated">Whether it was made by this.</param>
public sealed record UpdateOutcome(WrittenObject Written, bool IsCreated);
