using System.Runtime.CompilerServices;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.World;

namespace Holdfast.Simulator.Faults;

/// <summary>
/// A component's way to the API server, over its <see cref="Link"/>: what the link does to requests, answers, lists and events happens
/// here, and so does what a crash of the server does to them.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="identity">Who asks.</param>
/// <param name="link">The network.</param>
/// <param name="witness">Told of what arrives and of what is answered.</param>
/// <param name="isForCaches">Whether caches ask, whose lists may be answered from the past: who asks for the present gets it.</param>
public sealed class FaultyTransport(ServerProcess server, UserInfo identity, Link link, Witness witness, bool isForCaches = false) : IApiTransport
{
    private int _told;

    /// <inheritdoc/>
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Type.Plural == "events" && witness.SwallowsEvents)
            return new ApiAnswer(call.Body, null);
        await link.RequestAsync(call.Verb is ApiVerb.Update or ApiVerb.Patch, cancellationToken);
        witness.Arrived(link.Name, call);
        var before = server.Store.CurrentRevision;
        var answer = await AnsweredAsync(call, cancellationToken);
        witness.Took(link.Name, call, answer, before);
        if (call.Verb is ApiVerb.Update or ApiVerb.Delete && link.RepeatsNow())
            await RepeatAsync(call, cancellationToken);
        await link.AnswerAsync(cancellationToken);
        return answer;
    }

    private async Task<ApiAnswer> AnsweredAsync(ApiCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ServedAsync(token => server.Core.InProcess(identity).CallAsync(Bent(call), token), cancellationToken);
        }
        // A server whose disk fails, or that is stopped, does not know what it has written: that is no refusal.
        catch (ApiException refused) when (refused.Code is >= 400 and < 500)
        {
            witness.Refused(call);
            throw;
        }
    }

    /// <summary>The same request once more, as something on its way would send it that does not know the answer; its own answer reaches nobody.</summary>
    private async Task RepeatAsync(ApiCall call, CancellationToken cancellationToken)
    {
        witness.Arrived(link.Name, call);
        var before = server.Store.CurrentRevision;
        try
        {
            witness.Took(link.Name, call, await ServedAsync(token => server.Core.InProcess(identity).CallAsync(call, token), cancellationToken), before);
        }
        catch (ApiException refused)
        {
            witness.Faults.Add($"repeat refused ({refused.Code})");
        }
    }

    /// <inheritdoc/>
    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        await link.RequestAsync(false, cancellationToken);
        var list = isForCaches && link.ListsThePast && query is { Continue.Length: 0, FieldSelector.Length: 0, LabelSelector.Length: 0 }
            ? Past<T>(query)
            : await ServedAsync(token => server.Core.InProcess(identity).ListAsync<T>(query, token), cancellationToken);
        await link.AnswerAsync(cancellationToken);
        return list;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken) where T : class, IResource<T>
    {
        await link.RequestAsync(false, cancellationToken);
        var plural = T.ResourceType.Plural;
        var dropped = link.Watched(plural);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, server.Down, dropped);
        var core = server.Core;
        var stream = new WatchedStream(witness, link.Name, T.ResourceType.GroupResource, query);
        await using var events = core.InProcess(identity).WatchAsync<T>(Bent(query), any.Token).GetAsyncEnumerator(any.Token);
        while (await NextAsync(events, link, plural, any.Token, dropped, cancellationToken))
        {
            if (server.IsMutant(Mutant.SkipsEvents) && ++_told % 50 == 0)
                continue;
            stream.Saw(events.Current.ResourceVersion, events.Current.Type);
            yield return events.Current;
        }
    }

    /// <summary>What a server with a known bug makes of a request.</summary>
    private ApiCall Bent(ApiCall call) => call switch
    {
        { Verb: ApiVerb.Update, Body: { } body, Type.Plural: "pods" or "statefulsets" or "persistentvolumeclaims" } when server.IsMutant(Mutant.IgnoresResourceVersion) =>
            call with { Body = body.WithMetadata(body.Metadata with { ResourceVersion = "" }) },
        { Body: Eviction { DeleteOptions: { } how } eviction } when server.IsMutant(Mutant.EvictsOnDryRuns) => call with { Body = eviction with { DeleteOptions = how with { DryRun = [] } } },
        { Body: Eviction { DeleteOptions: { } how } eviction } when server.IsMutant(Mutant.IgnoresEvictionPreconditions) =>
            call with { Body = eviction with { DeleteOptions = how with { Preconditions = null } } },
        { Fence: not null } when server.IsMutant(Mutant.IgnoresFences) || server.IsMutant(Mutant.DeposedStewardsGoOn) => call with { Fence = null },
        _ => call,
    };

    private ListQuery Bent(ListQuery query) => server.IsMutant(Mutant.WatchesFromNow)
        ? query with { ResourceVersion = server.Store.CurrentRevision.ToString(System.Globalization.CultureInfo.InvariantCulture) }
        : query;

    private static async Task<bool> NextAsync<T>(
        IAsyncEnumerator<WatchEvent<T>> events, Link link, string plural, CancellationToken any, CancellationToken dropped, CancellationToken asked)
        where T : class, IResource<T>
    {
        try
        {
            if (!await events.MoveNextAsync())
                return false;
            await link.EventAsync(plural, any);
            return true;
        }
        catch (OperationCanceledException) when (!asked.IsCancellationRequested)
        {
            throw new ApiException(dropped.IsCancellationRequested
                ? Status.Empty with { Code = 410, Reason = "Expired", Message = "too old resource version" }
                : Status.Empty with { Message = "the connection was reset" });
        }
    }

    /// <summary>The collection as it was a while ago: what a server answers that lags behind.</summary>
    private ResourceList<T> Past<T>(ListQuery query) where T : class, IResource<T>
    {
        _ = server.Core;
        if (witness.PastSnapshot() is not { } past)
            throw new ApiException(Status.Empty with { Code = 504, Reason = "Timeout", Message = "there is no past to answer from" });
        witness.Faults.Add("list from the past");
        var items = past.List(T.ResourceType.GroupResource, query.Namespace.Length == 0 ? null : query.Namespace).Select(entry => entry.Decoded is T or null ? ClusterView.Typed<T>(entry) : ModelJson.Read<T>(entry.Json.Span));
        var metadata = ListMeta.Empty with { ResourceVersion = past.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        return new ResourceList<T>(metadata, [.. items]);
    }

    private async Task<T> ServedAsync<T>(Func<CancellationToken, Task<T>> serve, CancellationToken cancellationToken)
    {
        _ = server.Core;
        var down = server.Down;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, down);
        try
        {
            return await serve(either.Token);
        }
        catch (OperationCanceledException) when (down.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(Status.Empty with { Message = "the connection was reset" });
        }
    }
}
