using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;
using Holdfast.Platform;

namespace Holdfast.Testing.Api;

/// <summary>
/// A small API in memory for the unit tests of whatever is a client: get, create, update, patch and delete with revisions, conflicts,
/// preconditions, finalizers, the status sub-resource and pods' grace periods; list with pages; watch with bookmarks and 410; and faults.
/// </summary>
/// <remarks>
/// No validation, no defaults, no garbage collection. Strategic patches merge as RFC 7386 does (lists are replaced). Runs on one
/// thread: make one for each simulated world. Writes of the test itself go through <see cref="Put"/> and <see cref="Remove"/>.
/// </remarks>
/// <param name="time">Stamps objects.</param>
/// <param name="chance">Makes uids and names.</param>
public sealed class FakeApiTransport(TimeProvider time, IChance chance) : IApiTransport
{
    private readonly FakeStore _store = new();
    private TaskCompletionSource? _changed;
    private int _watchEpoch;

    /// <summary>The faults.</summary>
    public FakeFaults Faults { get; } = new();

    /// <summary>All requests that arrived, lost ones included.</summary>
    public IList<ApiCall> Calls { get; } = [];

    /// <summary>All changes since the beginning.</summary>
    public IReadOnlyList<FakeChange> History => _store.History;

    /// <summary>The newest revision.</summary>
    public ulong Revision => _store.Revision;

    /// <summary>How many watches are open.</summary>
    public int OpenWatches { get; private set; }

    /// <summary>How many listings were asked for, pages counted one by one.</summary>
    public int Listings { get; private set; }

    /// <summary>Stores an object as it is, with a uid, a creation time and the next revision, whatever was there.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="resource">The object.</param>
    public T Put<T>(T resource) where T : class, IResource<T>
    {
        var stored = _store.Put(Stamp(resource));
        Tell();
        return (T)stored;
    }

    /// <summary>Removes an object at once.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">The name.</param>
    public void Remove<T>(string namespaceName, string name) where T : class, IResource<T>
    {
        _store.Remove(Existing(T.ResourceType, new ResourceKey(namespaceName, name)));
        Tell();
    }

    /// <summary>The object as it is stored, or null.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">The name.</param>
    public T? Find<T>(string namespaceName, string name) where T : class, IResource<T> =>
        (T?)_store.Find(T.ResourceType, new ResourceKey(namespaceName, name));

    /// <summary>All objects of a kind as they are stored, in the order of their keys.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public IReadOnlyList<T> All<T>() where T : class, IResource<T> => [.. _store.All(T.ResourceType).Cast<T>()];

    /// <summary>Forgets the history: watches and listings from an earlier revision are answered 410.</summary>
    public void Compact()
    {
        _store.Compact(_store.Revision);
        Tell();
    }

    /// <summary>Ends all open watches, as a server does from time to time.</summary>
    public void EndWatches()
    {
        _watchEpoch++;
        Tell();
    }

    /// <summary>Lets open watches look again, after their faults were changed.</summary>
    public void Tell()
    {
        var changed = _changed;
        _changed = null;
        changed?.TrySetResult();
    }

    /// <inheritdoc/>
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(call);
        var fault = Faults.OnCall(call);
        if (fault == FakeFault.LoseRequest)
            throw FakeErrors.NoAnswer();
        if (fault == FakeFault.Conflict)
            throw FakeErrors.Conflict(call.Type, call.Name);
        if (fault == FakeFault.ServerError)
            throw FakeErrors.ServerError();
        var answer = Answer(call);
        Tell();
        await Task.Yield();
        return fault == FakeFault.LoseAnswer ? throw FakeErrors.NoAnswer() : answer;
    }

    /// <inheritdoc/>
    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Listings++;
        if (Faults.OnList(query) is { } error)
            throw error;
        var (revision, after) = query.Continue.Length > 0 ? ParseContinue(query.Continue) : (Behind(Faults.ListLag), null);
        if (revision < _store.CompactedRevision && Faults.ListLag == 0)
            throw FakeErrors.Gone();
        var matching = _store.AllAt(T.ResourceType, revision).Where(item => Selects(query, item)).Cast<T>()
            .Where(item => after is null || ResourceKey.Of(item) > after).ToList();
        var page = query.Limit > 0 ? matching.Take(query.Limit).ToList() : matching;
        var isLast = page.Count == matching.Count;
        var metadata = ListMeta.Empty with
        {
            ResourceVersion = revision.ToString(CultureInfo.InvariantCulture),
            Continue = isLast ? "" : $"{revision}|{page[^1].Metadata.Namespace}|{page[^1].Metadata.Name}",
        };
        return new ResourceList<T>(metadata, [.. page]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        await Task.Yield();
        if (Faults.OnWatch(query) is { } error)
            throw error;
        var at = ulong.Parse(query.ResourceVersion, CultureInfo.InvariantCulture);
        var epoch = _watchEpoch;
        OpenWatches++;
        try
        {
            while (epoch == _watchEpoch)
            {
                if (at < _store.CompactedRevision)
                    throw FakeErrors.Gone();
                // Made by the one who waits: a source made outside the simulation would leave its thread.
                var changed = (_changed ??= Completions.Source()).Task;
                foreach (var happened in Since<T>(query, at).ToList())
                {
                    yield return happened;
                    if (Faults.RepeatEvents)
                        yield return happened;
                    at = Client.Revision.OrZero(happened.ResourceVersion);
                }
                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            OpenWatches--;
        }
    }

    private IEnumerable<WatchEvent<T>> Since<T>(ListQuery query, ulong revision) where T : class, IResource<T>
    {
        var visible = Behind(Faults.WatchLag);
        var last = revision;
        foreach (var change in _store.History.Skip((int)(revision - FakeStore.FirstRevision)).TakeWhile(change => change.Revision <= visible))
        {
            last = change.Revision;
            if (change.Type == T.ResourceType && EventOf<T>(query, change) is { } happened)
                yield return happened;
        }
        if (last > revision)
            yield return new WatchEvent<T>(WatchEventType.Bookmark, null, last.ToString(CultureInfo.InvariantCulture));
    }

    private ulong Behind(ulong lag) => Math.Max(_store.Revision, FakeStore.FirstRevision + lag) - lag;

    private static WatchEvent<T>? EventOf<T>(ListQuery query, FakeChange change) where T : class, IResource<T>
    {
        var was = change.Old is not null && Selects(query, change.Old);
        var isNow = change.New is not null && Selects(query, change.New);
        var revision = change.Revision.ToString(CultureInfo.InvariantCulture);
        return (was, isNow) switch
        {
            (false, true) => new WatchEvent<T>(WatchEventType.Added, (T)change.New!, revision),
            (true, true) => new WatchEvent<T>(WatchEventType.Modified, (T)change.New!, revision),
            (true, false) => new WatchEvent<T>(WatchEventType.Deleted, (T)FakeStore.WithRevision(change.Old!, change.Revision), revision),
            _ => null,
        };
    }

    private ApiAnswer Answer(ApiCall call)
    {
        var key = new ResourceKey(call.Namespace, call.Name);
        return call.Verb switch
        {
            ApiVerb.Get when call.Subresource == "scale" => new ApiAnswer(FakeObjects.ScaleOf(Existing(call.Type, key)), null),
            ApiVerb.Get => new ApiAnswer(Existing(call.Type, key), null),
            ApiVerb.Create when call.Subresource.Length == 0 => new ApiAnswer(Create(call.Body!), null),
            ApiVerb.Create when call.Subresource == "binding" => Bind((Pod)Existing(call.Type, key), (Binding)call.Body!),
            ApiVerb.Create when call.Subresource == "eviction" => Delete(Existing(call.Type, key), null),
            ApiVerb.Update => new ApiAnswer(Update(Existing(call.Type, key), call.Body!, call.Subresource), null),
            ApiVerb.Patch => new ApiAnswer(Patch(Existing(call.Type, key), call), null),
            ApiVerb.Delete => Delete(Existing(call.Type, key), call.DeleteOptions),
            _ => throw FakeErrors.Make(405, "MethodNotAllowed", $"the fake API has no {call.Verb} of {call.Type} {call.Subresource}"),
        };
    }

    private IResource Existing(ResourceType type, ResourceKey key) => _store.Find(type, key) ?? throw FakeErrors.NotFound(type, key.Name);

    private IResource Create(IResource sent)
    {
        var metadata = sent.Metadata;
        if (Faults.EndingNamespaces.Contains(metadata.Namespace))
            throw FakeErrors.NamespaceTerminating(metadata.Namespace);
        if (metadata.Name.Length == 0 && metadata.GenerateName.Length > 0)
            metadata = metadata with { Name = metadata.GenerateName + chance.Suffix(5) };
        var named = sent.WithMetadata(metadata with { Uid = "", CreationTimestamp = null });
        return _store.Find(sent.GetResourceType(), ResourceKey.Of(named)) is null
            ? _store.Put(Stamp(named))
            : throw FakeErrors.AlreadyExists(sent.GetResourceType(), metadata.Name);
    }

    private IResource Update(IResource stored, IResource sent, string subresource)
    {
        var expected = sent.Metadata.ResourceVersion;
        var isOther = sent.Metadata.Uid.Length > 0 && sent.Metadata.Uid != stored.Metadata.Uid;
        if (isOther || (expected.Length > 0 && expected != stored.Metadata.ResourceVersion))
            throw FakeErrors.Conflict(stored.GetResourceType(), stored.Metadata.Name);
        var next = FakeObjects.Combine(stored, sent, subresource == "status");
        var isNewSpec = !FakeObjects.HasSameSpec(stored, next);
        next = next.WithMetadata(next.Metadata with
        {
            Uid = stored.Metadata.Uid,
            CreationTimestamp = stored.Metadata.CreationTimestamp,
            DeletionTimestamp = stored.Metadata.DeletionTimestamp,
            DeletionGracePeriodSeconds = stored.Metadata.DeletionGracePeriodSeconds,
            ResourceVersion = stored.Metadata.ResourceVersion,
            Generation = stored.Metadata.Generation + (isNewSpec ? 1 : 0),
        });
        if (FakeObjects.AreSame(stored, next))
            return stored;
        var isFinished = next.Metadata is { DeletionTimestamp: not null, Finalizers.IsEmpty: true, DeletionGracePeriodSeconds: null or 0 }
            && next is not Namespace { Spec.Finalizers.IsEmpty: false };
        return isFinished ? _store.Remove(next) : _store.Put(next);
    }

    private IResource Patch(IResource stored, ApiCall call)
    {
        if (call.PatchForm is not (PatchForm.Merge or PatchForm.Strategic))
            throw FakeErrors.Make(415, "UnsupportedMediaType", $"the fake API has no {call.PatchForm} patches");
        var merged = FakeObjects.Merge(FakeObjects.ToJson(stored), JsonNode.Parse(call.Patch.Span));
        return Update(stored, FakeObjects.FromJson(call.Type, merged!), call.Subresource);
    }

    private ApiAnswer Bind(Pod pod, Binding binding)
    {
        if (pod.Spec.NodeName.Length > 0)
            throw FakeErrors.Conflict(Pod.ResourceType, pod.Metadata.Name);
        _store.Put(pod with { Spec = pod.Spec with { NodeName = binding.Target.Name } });
        return new ApiAnswer(null, Status.Empty with { Code = 201, StatusValue = "Success" });
    }

    private ApiAnswer Delete(IResource stored, DeleteOptions? options)
    {
        var metadata = stored.Metadata;
        if ((options?.Preconditions?.Uid is { } uid && uid != metadata.Uid)
            || (options?.Preconditions?.ResourceVersion is { } version && version != metadata.ResourceVersion))
        {
            throw FakeErrors.Conflict(stored.GetResourceType(), metadata.Name);
        }
        var grace = FakeObjects.GraceOf(stored, options?.GracePeriodSeconds);
        if (grace == 0 && metadata.Finalizers.IsEmpty)
            return new ApiAnswer(_store.Remove(stored), null);
        if (metadata.DeletionTimestamp is not null && grace >= (metadata.DeletionGracePeriodSeconds ?? 0))
            return new ApiAnswer(stored, null);
        return new ApiAnswer(_store.Put(stored.WithMetadata(metadata with
        {
            DeletionTimestamp = time.GetUtcNow().AddSeconds(grace),
            DeletionGracePeriodSeconds = grace,
        })), null);
    }

    private IResource Stamp(IResource resource) => resource.WithMetadata(resource.Metadata with
    {
        Uid = resource.Metadata.Uid.Length > 0 ? resource.Metadata.Uid : chance.NewUid(),
        CreationTimestamp = resource.Metadata.CreationTimestamp ?? time.GetUtcNow(),
        Generation = Math.Max(resource.Metadata.Generation, 1),
    });

    private static (ulong Revision, ResourceKey? After) ParseContinue(string token)
    {
        var parts = token.Split('|');
        return (ulong.Parse(parts[0], CultureInfo.InvariantCulture), new ResourceKey(parts[1], parts[2]));
    }

    private static bool Selects(ListQuery query, IResource resource) =>
        (query.Namespace.Length == 0 || query.Namespace == resource.Metadata.Namespace)
        && LabelMatcher.Parse(query.LabelSelector).Matches(resource.Metadata.Labels)
        && FieldSelector.Parse(query.FieldSelector).Matches(resource, FakeObjects.FieldOf);
}
