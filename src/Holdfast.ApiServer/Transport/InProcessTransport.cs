using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Transport;

/// <summary>
/// Reaches the API server from inside its process: the same immutable objects on both sides, nothing serialised, the
/// same authorisation, admission and refusals as over HTTP.
/// </summary>
/// <param name="registry">The server's verbs.</param>
/// <param name="authorizer">Who may do what.</param>
/// <param name="identity">Who asks.</param>
public sealed class InProcessTransport(ResourceRegistry registry, IAuthorizer authorizer, UserInfo identity) : IApiTransport
{
    /// <inheritdoc/>
    public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return RefusedAsApiAsync(DoAsync(call, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        return RefusedAsApiAsync(ReadAsync<T>(query, cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        var served = Served(query.TypeOf<T>());
        Authorize("watch", served, query.Namespace, "", "", query.FieldSelector);
        var request = new WatchRequest(served, NamespaceOf(query), Filter(served, query))
        {
            ResourceVersion = query.ResourceVersion,
            SendInitialEvents = query.SendInitialEvents ? true : null,
            Match = query.SendInitialEvents ? "NotOlderThan" : "",
            AllowsBookmarks = true,
        };
        await foreach (var found in registry.WatchAsync(request, cancellationToken))
        {
            yield return new WatchEvent<T>(found.Type, found.Object(served) is { } shown ? As<T>(shown, served) : null, found.ResourceVersion)
            {
                IsInitialEventsEnd = found.IsInitialEventsEnd,
            };
        }
    }

    // What the store refuses is the server's refusal, for which clients are prepared.
    private static async Task<T> RefusedAsApiAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (ValueTooLargeException large)
        {
            throw ApiErrors.TooLarge(large.Limit);
        }
        catch (StoreUnavailableException stopped)
        {
            throw ApiErrors.ServiceUnavailable(stopped.Message);
        }
    }

    private async Task<ApiAnswer> DoAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var served = Served(call.Type);
        if (served.IsAlwaysEmpty && call.Verb != ApiVerb.Get)
            throw ApiErrors.NeverMade(served.Type);
        Authorize(call.Verb.ToString().ToLowerInvariant(), served, call.Namespace, call.Name, call.Subresource);
        var context = new WriteContext(identity)
        {
            IsDryRun = call.IsDryRun,
            FieldManager = call.FieldManager,
            Force = call.Force,
            Fence = call.Fence,
            FieldValidation = FieldValidation.Strict,
        };
        return call.Verb switch
        {
            ApiVerb.Get => Object(Get(served, call)),
            ApiVerb.Create => await CreateAsync(served, call, context, cancellationToken),
            ApiVerb.Update => Object((await registry.UpdateAsync(
                served, call.Namespace, call.Name, call.Subresource, Body(served, call, context), context, cancellationToken)).Written.Object),
            ApiVerb.Patch => Object((await registry.PatchAsync(
                served, call.Namespace, call.Name, call.Subresource, call.PatchForm, call.Patch, context, cancellationToken)).Written.Object),
            ApiVerb.Delete => Object((await registry.DeleteAsync(
                served, call.Namespace, call.Name, call.DeleteOptions ?? DeleteOptions.Empty, context, cancellationToken)).Object),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private async Task<ResourceList<T>> ReadAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        var served = Served(query.TypeOf<T>());
        Authorize("list", served, query.Namespace, "", "", query.FieldSelector);
        var page = await registry.ListAsync(new ListRequest(served, NamespaceOf(query), Filter(served, query))
        {
            Limit = query.Limit,
            Continue = query.Continue,
            ResourceVersion = query.ResourceVersion,
        }, cancellationToken);
        var metadata = ListMeta.Empty with
        {
            ResourceVersion = page.Revision.ToString(CultureInfo.InvariantCulture),
            Continue = page.Continue,
            RemainingItemCount = page.Remaining,
        };
        return new ResourceList<T>(metadata, [.. page.Entries.Select(entry => As<T>(StoredObject.Of(entry, served), served))]);
    }

    private IResource Get(ServedResource served, ApiCall call) => call.Subresource == "scale"
        ? registry.GetScale(served, call.Namespace, call.Name)
        : StoredObject.Of(registry.Get(served, call.Namespace, call.Name), served);

    private async Task<ApiAnswer> CreateAsync(ServedResource served, ApiCall call, WriteContext context, CancellationToken cancellationToken)
    {
        if (call.Subresource.Length == 0)
            return Object((await registry.CreateAsync(served, call.Namespace, Body(served, call, context), context, cancellationToken)).Object);
        var answer = await registry.PostAsync(served, call.Namespace, call.Name, call.Subresource, Body(served, call, context), context, cancellationToken);
        return answer is not null ? Object(answer) : new ApiAnswer(null, Status.Empty with { Kind = "Status", ApiVersion = "v1", StatusValue = "Success", Code = 201 });
    }

    private ServedResource Served(ResourceType type) => registry.Served.Find(type) ?? throw ApiErrors.NothingServed();

    private void Authorize(string verb, ServedResource served, string namespaceName, string name, string subresource, string fieldSelector = "")
    {
        var access = (Access.ToResource(verb, served.Type.Group, served.Type.Plural) with
        {
            Namespace = namespaceName,
            Name = name,
            Subresource = subresource,
        }).Selecting(fieldSelector);
        if (!authorizer.Decide(identity, access).IsAllowed)
            throw ApiErrors.Forbidden(served.Type, name, access.Refusal(identity));
    }

    private static ApiAnswer Object(IResource resource) => new(resource, null);

    // A client may have a record where the server has a definition alone, and the other way round: then they meet in JSON.
    private static IResource Body(ServedResource served, ApiCall call, WriteContext context)
    {
        var body = call.Body ?? throw ApiErrors.BadRequest($"a {call.Verb} needs an object");
        var isAsServed = served.Custom is null ? body is not CustomObject : body is CustomObject custom && ReferenceEquals(custom.Type, served.Type);
        return isAsServed || call.Subresource is not ("" or "status") ? body : ObjectDecoder.Decode(ModelJson.ToBytes(body.Write), served.Codec, context);
    }

    private static T As<T>(IResource resource, ServedResource served) where T : class, IResource<T> => ResourceForm.As<T>(resource)
        ?? throw ApiErrors.BadRequest($"{served.Type} was asked for as a {typeof(T).Name}");

    private static string? NamespaceOf(ListQuery query) => query.Namespace.Length == 0 ? null : query.Namespace;

    private static ResourceFilter Filter(ServedResource served, ListQuery query) =>
        ResourceFilter.Parse(served, query.LabelSelector, query.FieldSelector);
}
