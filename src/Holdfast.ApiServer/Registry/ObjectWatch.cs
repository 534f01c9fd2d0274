using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Rules;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Which objects a watch is about, and from where on.</summary>
/// <param name="Served">The kind.</param>
/// <param name="Namespace">Only this namespace; null for all, and for cluster-scoped kinds.</param>
/// <param name="Filter">Which of them.</param>
public sealed record WatchRequest(ServedResource Served, string? Namespace, ResourceFilter Filter)
{
    /// <summary>The revision up to which the client knows everything, as it was sent; empty or 0 to begin with what is there.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary><c>NotOlderThan</c> or empty.</summary>
    public string Match { get; init; } = "";

    /// <summary>Whether to begin with what is there, ended by a bookmark; null leaves it to the revision.</summary>
    public bool? SendInitialEvents { get; init; }

    /// <summary>Whether bookmarks are wanted.</summary>
    public bool AllowsBookmarks { get; init; }

    /// <summary>How often a bookmark is sent while nothing else is; null for never.</summary>
    public TimeSpan? BookmarkInterval { get; init; }
}

/// <summary>Watches collections: what is there, then each change in order, told as it looks through the selectors (A4, A5).</summary>
internal sealed class ObjectWatch(RegistryParts parts)
{
    /// <summary>Checks a request before the first event is promised.</summary>
    public static void Check(WatchRequest request)
    {
        _ = ObjectListing.Revision(request.ResourceVersion);
        var problems = ImmutableArray.CreateBuilder<FieldError>();
        if (request.SendInitialEvents is not null && request.Match != "NotOlderThan")
            problems.Add(ObjectListing.Forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        if (request.SendInitialEvents is null && request.Match.Length > 0)
            problems.Add(ObjectListing.Forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        if (request.Match is not ("" or "NotOlderThan"))
        {
            problems.Add(new FieldError(FieldErrorType.FieldValueNotSupported, "resourceVersionMatch",
                $"Unsupported value: \"{request.Match}\": supported values: \"NotOlderThan\""));
        }
        if (problems.Count > 0)
            throw ApiErrors.Invalid("meta.k8s.io", "ListOptions", "", problems.ToImmutable());
    }

    public async IAsyncEnumerable<ResourceEvent> WatchAsync(
        WatchRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(request);
        var from = ObjectListing.Revision(request.ResourceVersion);
        var isFresh = from == 0;
        if (request.SendInitialEvents ?? isFresh)
        {
            await new ObjectListing(parts).ReachAsync(request.ResourceVersion, cancellationToken);
            var snapshot = parts.Store.Snapshot();
            foreach (var entry in snapshot.List(request.Served.StoreName, request.Namespace))
            {
                if (Matches(request, entry))
                    yield return ResourceEvent.Of(WatchEventType.Added, entry, entry.Revision, request.Served);
            }
            from = snapshot.Revision;
            if (request is { SendInitialEvents: true, AllowsBookmarks: true })
                yield return new ResourceEvent(WatchEventType.Bookmark, from) { IsInitialEventsEnd = true };
        }
        else if (isFresh)
        {
            from = parts.Store.CurrentRevision;
        }
        await foreach (var found in ChangesAsync(request, from, cancellationToken))
            yield return found;
    }

    private async IAsyncEnumerable<ResourceEvent> ChangesAsync(
        WatchRequest request, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Open(request, from);
        var told = from;
        // Not linked: a delay that is cancelled while WhenAny waits for it leaves the simulator's one thread.
        using var timers = new CancellationTokenSource();
        var cancelled = Completions.Source();
        using var cancellation = cancellationToken.Register(static source => ((TaskCompletionSource)source!).TrySetResult(), cancelled);
        var bookmarkDue = NextBookmark(request, timers.Token);
        // Made once a bookmark and not once an event: most of what an event allocated was the ways to be woken by something else.
        var disturbed = Task.WhenAny(bookmarkDue, cancelled.Task);
        try
        {
            while (true)
            {
                while (TryRead(watcher, out var change))
                {
                    if (Translate(request, change) is not { } found)
                        continue;
                    told = found.Revision;
                    yield return found;
                }
                if (bookmarkDue.IsCompletedSuccessfully)
                {
                    bookmarkDue = NextBookmark(request, timers.Token);
                    disturbed = Task.WhenAny(bookmarkDue, cancelled.Task);
                    if (watcher.Position > told)
                    {
                        told = watcher.Position;
                        yield return new ResourceEvent(WatchEventType.Bookmark, told);
                    }
                }
                await Task.WhenAny(Changed(watcher), disturbed);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // First, so that nothing waits for the delay any more.
            cancelled.TrySetResult();
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
            timers.Cancel();
#pragma warning restore CA1849
        }
    }

    private Task NextBookmark(WatchRequest request, CancellationToken cancellationToken) =>
        request is { AllowsBookmarks: true, BookmarkInterval: { } interval }
            ? parts.Time.DelayAsync(interval, cancellationToken)
            : Task.Delay(Timeout.InfiniteTimeSpan, parts.Time, cancellationToken);

    private static Task Changed(StoreWatcher watcher)
    {
        try
        {
            return watcher.Changed();
        }
        catch (StoreUnavailableException stopped)
        {
            throw ApiErrors.ServiceUnavailable(stopped.Message);
        }
    }

    private StoreWatcher Open(WatchRequest request, long from)
    {
        try
        {
            return parts.Store.Watch(request.Served.StoreName, request.Namespace, from);
        }
        catch (RevisionGoneException gone)
        {
            throw ApiErrors.Expired(gone.Message);
        }
    }

    private static bool TryRead(StoreWatcher watcher, out StoreEvent change)
    {
        try
        {
            var isFound = watcher.TryRead(out var found);
            change = found!;
            return isFound;
        }
        catch (RevisionGoneException gone)
        {
            throw ApiErrors.Expired(gone.Message);
        }
    }

    private static ResourceEvent? Translate(WatchRequest request, StoreEvent change)
    {
        var isFiltered = !request.Filter.MatchesEverything;
        var wasThere = change.Previous is { } previous && (!isFiltered || Matches(request, previous));
        if (change.Kind == StoreEventKind.Delete)
            return wasThere ? ResourceEvent.Of(WatchEventType.Deleted, change.Current, change.Revision, request.Served) : null;
        var isThere = !isFiltered || Matches(request, change.Current);
        return (wasThere, isThere) switch
        {
            (false, true) => ResourceEvent.Of(WatchEventType.Added, change.Current, change.Revision, request.Served),
            (true, true) => ResourceEvent.Of(WatchEventType.Modified, change.Current, change.Revision, request.Served),
            (true, false) => ResourceEvent.Of(WatchEventType.Deleted, change.Previous!, change.Revision, request.Served),
            _ => null,
        };
    }

    private static bool Matches(WatchRequest request, Entry entry) =>
        request.Filter.MatchesEverything || request.Filter.Matches(StoredObject.Of(entry, request.Served));
}
