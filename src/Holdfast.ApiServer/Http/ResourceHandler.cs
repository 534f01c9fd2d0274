using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers requests for resources: maps path, method and options to a verb of the registry.</summary>
internal sealed class ResourceHandler(
    ResourceRegistry registry, IAuthorizer authorizer, Responder responder, PodLogs logs, PodStreams streams, IChance chance,
    CancellationToken stopping)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private readonly WatchResponse _watches = new(responder);

    public Task HandleAsync(ApiRequest request, ResourcePath path)
    {
        var served = registry.Served.Find(path.Group, path.Version, path.Plural);
        var verb = VerbOf(request, path);
        Authorize(request, path, verb, served);
        if (served is null && ServedResources.IsLeftOut(path.Group, path.Plural))
            throw ApiErrors.LeftOut(path.Group, path.Plural);
        if (served is null || !IsInScope(path, served))
            throw ApiErrors.NothingServed();
        if (path.Subresource.Length > 0)
            return SubresourceAsync(request, path, served, verb);
        var isKnown = served.Verbs.Contains(verb) && (verb != "create" || path.IsInNamespace == served.Type.IsNamespaced);
        if (!isKnown)
            throw ApiErrors.MethodNotAllowed();
        return verb switch
        {
            "get" => GetAsync(request, path, served),
            "list" => ListAsync(request, path, served),
            "watch" => WatchAsync(request, path, served),
            "create" => CreateAsync(request, path, served),
            "update" => UpdateAsync(request, path, served),
            "patch" => PatchAsync(request, path, served),
            "delete" => DeleteAsync(request, path, served),
            _ => DeleteCollectionAsync(request, path, served),
        };
    }

    private static string VerbOf(ApiRequest request, ResourcePath path)
    {
        var method = request.Http.Request.Method;
        var isObject = path.Name.Length > 0;
        if (method is "GET" or "HEAD")
            return isObject ? "get" : request.Query.Flag("watch") == true ? "watch" : "list";
        return method switch
        {
            "POST" when !isObject || path.Subresource.Length > 0 => "create",
            "PUT" when isObject => "update",
            "PATCH" when isObject => "patch",
            "DELETE" => isObject ? "delete" : "deletecollection",
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private static bool IsInScope(ResourcePath path, ServedResource served) => served.Type.IsNamespaced
        ? path.IsInNamespace || path.Name.Length == 0
        : !path.IsInNamespace;

    private void Authorize(ApiRequest request, ResourcePath path, string verb, ServedResource? served)
    {
        var access = Access.ToResource(verb, path.Group, path.Plural) with
        {
            Namespace = path.Namespace,
            Name = path.Name,
            Subresource = path.Subresource,
            FieldSelector = verb is "list" or "watch" or "deletecollection" ? request.Query.Text("fieldSelector") : "",
        };
        if (authorizer.Decide(request.User, access).IsAllowed)
            return;
        var type = served?.Type ?? new Model.Resources.ResourceType(path.Group, path.Version, path.Plural, path.Plural, path.IsInNamespace);
        throw ApiErrors.Forbidden(type, path.Name, access.Refusal(request.User));
    }

    private async Task GetAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        await registry.ReachAsync(request.Query.Text("resourceVersion"), request.Aborted);
        await responder.StoredAsync(request, served, registry.Get(served, path.Namespace, path.Name));
    }

    private async Task ListAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        if (request.Query.Flag("sendInitialEvents") is not null)
        {
            throw ApiErrors.InvalidOptions("ListOptions", new(Model.Rules.FieldErrorType.FieldValueForbidden, "sendInitialEvents",
                "Forbidden: sendInitialEvents is forbidden for list"));
        }
        await responder.ListAsync(request, served, await registry.ListAsync(ListOf(request, path, served), request.Aborted));
    }

    private static ListRequest ListOf(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var limit = request.Query.Number("limit") ?? 0;
        if (limit < 0)
        {
            throw ApiErrors.InvalidOptions("ListOptions", new(Model.Rules.FieldErrorType.FieldValueInvalid, "limit",
                $"Invalid value: {limit}: must be greater than or equal to 0"));
        }
        return new ListRequest(served, path.IsInNamespace ? path.Namespace : null, FilterOf(request, served))
        {
            Limit = limit,
            Continue = request.Query.Text("continue"),
            ResourceVersion = request.Query.Text("resourceVersion"),
            Match = request.Query.Text("resourceVersionMatch"),
        };
    }

    private static ResourceFilter FilterOf(ApiRequest request, ServedResource served) =>
        ResourceFilter.Parse(served, request.Query.Text("labelSelector"), request.Query.Text("fieldSelector"));

    private async Task WatchAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var query = request.Query;
        var seconds = query.Number("timeoutSeconds") is > 0 and var given ? given : 1800 + chance.Next(1800);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(seconds, 86_400)), registry.Time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, request.Aborted, stopping);
        var events = registry.WatchAsync(
            new WatchRequest(served, path.IsInNamespace ? path.Namespace : null, FilterOf(request, served))
            {
                ResourceVersion = query.Text("resourceVersion"),
                Match = query.Text("resourceVersionMatch"),
                SendInitialEvents = query.Flag("sendInitialEvents"),
                AllowsBookmarks = query.Flag("allowWatchBookmarks") ?? false,
                BookmarkInterval = BookmarkInterval,
            }, ends.Token);
        await _watches.StreamAsync(request, served, events, ends.Token);
    }

    private async Task CreateAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("CreateOptions");
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, served.Codec, request.Aborted);
        var sent = ObjectDecoder.Decode(body, served.Codec, context);
        var created = await registry.CreateAsync(served, path.Namespace, sent, context, request.Aborted);
        await responder.WrittenAsync(request, 201, created, context);
    }

    private async Task UpdateAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("UpdateOptions");
        var codec = path.Subresource == "scale" ? Subresources.ScaleCodec : served.Codec;
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, codec, request.Aborted);
        var sent = ObjectDecoder.Decode(body, codec, context);
        var outcome = await registry.UpdateAsync(served, path.Namespace, path.Name, path.Subresource, sent, context, request.Aborted);
        await responder.WrittenAsync(request, outcome.IsCreated ? 201 : 200, outcome.Written, context);
    }

    private async Task PatchAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("PatchOptions");
        var (form, patch) = await RequestBody.ReadPatchAsync(request.Http.Request, request.Aborted);
        CheckOptions(request, form);
        var outcome = await registry.PatchAsync(
            served, path.Namespace, path.Name, path.Subresource, form, patch, context, request.Aborted);
        await responder.WrittenAsync(request, outcome.IsCreated ? 201 : 200, outcome.Written, context);
    }

    private static void CheckOptions(ApiRequest request, PatchForm form)
    {
        if (form == PatchForm.Apply && request.Query.Text("fieldManager").Length == 0)
        {
            throw ApiErrors.InvalidOptions("PatchOptions", new(Model.Rules.FieldErrorType.FieldValueRequired, "fieldManager",
                "Required value: is required for apply patch"));
        }
        if (form != PatchForm.Apply && request.Query.Flag("force") is not null)
        {
            throw ApiErrors.InvalidOptions("PatchOptions", new(Model.Rules.FieldErrorType.FieldValueForbidden, "force",
                "Forbidden: may not be specified for non-apply patch"));
        }
    }

    private async Task DeleteAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var (options, context) = await DeletionAsync(request);
        var outcome = await registry.DeleteAsync(served, path.Namespace, path.Name, options, context, request.Aborted);
        if (!outcome.IsGone || served.AnswersDeletedObject)
        {
            var isAccepted = !outcome.IsGone && options.OrphanDependents == false;
            await responder.ObjectAsync(request, isAccepted ? 202 : 200, outcome.Object, context);
            return;
        }
        await Responder.StatusAsync(request, Status.Empty with
        {
            Kind = "Status",
            ApiVersion = "v1",
            StatusValue = "Success",
            Details = StatusDetails.Empty with
            {
                Name = path.Name,
                Group = served.Type.Group,
                Kind = served.Type.Plural,
                Uid = outcome.Object.Metadata.Uid,
            },
        }, context);
    }

    private async Task DeleteCollectionAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var (options, context) = await DeletionAsync(request);
        var page = await registry.DeleteCollectionAsync(ListOf(request, path, served), options, context, request.Aborted);
        await responder.ListAsync(request, served, page);
    }

    private static async Task<(DeleteOptions Options, WriteContext Context)> DeletionAsync(ApiRequest request)
    {
        var context = request.Context("DeleteOptions");
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, "DeleteOptions", DeleteOptions.ModelSchema, request.Aborted);
        if (body.Length == 0)
        {
            return (DeleteOptions.Empty with
            {
                GracePeriodSeconds = request.Query.Number("gracePeriodSeconds"),
                OrphanDependents = request.Query.Flag("orphanDependents"),
                PropagationPolicy = request.Query.Text("propagationPolicy") is { Length: > 0 } policy ? policy : null,
            }, context);
        }
        DeleteOptions options;
        try
        {
            options = ModelJson.Read<DeleteOptions>(body.Span);
        }
        catch (Exception problem) when (problem is ModelDecodeException or System.Text.Json.JsonException)
        {
            throw ApiErrors.BadRequest($"the body is no DeleteOptions: {problem.Message}");
        }
        if (options.DryRun.Any(value => value != "All"))
        {
            throw ApiErrors.InvalidOptions("DeleteOptions", new(Model.Rules.FieldErrorType.FieldValueNotSupported, "dryRun",
                $"Unsupported value: [{string.Join(",", options.DryRun.Select(value => $"\"{value}\""))}]: supported values: \"All\""));
        }
        return options.DryRun.IsEmpty ? (options, context) : (options, new WriteContext(request.User) { IsDryRun = true });
    }

    private async Task SubresourceAsync(ApiRequest request, ResourcePath path, ServedResource served, string verb)
    {
        if (!served.Has(path.Subresource))
            throw ApiErrors.NothingServed();
        switch (path.Subresource, verb)
        {
            case ("log", "get"):
                var pod = StoredObject.Of(registry.Get(served, path.Namespace, path.Name), served);
                await logs.StreamAsync(request, (Pod)pod, stopping);
                break;
            case ("exec" or "attach" or "portforward", "get" or "create"):
                await ConnectAsync(request, path, served);
                break;
            case ("scale", "get"):
                await responder.ObjectAsync(request, 200, registry.GetScale(served, path.Namespace, path.Name));
                break;
            case ("status", "get"):
                await GetAsync(request, path, served);
                break;
            case ("status" or "scale" or "finalize", "update"):
                await UpdateAsync(request, path, served);
                break;
            case ("status" or "scale", "patch"):
                await PatchAsync(request, path, served);
                break;
            case ("binding" or "eviction" or "token", "create"):
                await PostAsync(request, path, served);
                break;
            default:
                throw ApiErrors.MethodNotAllowed();
        }
    }

    // A WebSocket opens with a GET, but what runs in a pod changes it: both verbs are needed.
    private Task ConnectAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        Authorize(request, path, "create", served);
        var pod = (Pod)StoredObject.Of(registry.Get(served, path.Namespace, path.Name), served);
        return streams.ServeAsync(request, pod, path.Subresource, stopping);
    }

    private async Task PostAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("CreateOptions");
        var codec = Subresources.PostedTo(path.Subresource)!;
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, codec, request.Aborted);
        var posted = ObjectDecoder.Decode(body, codec, context);
        var answer = await registry.PostAsync(served, path.Namespace, path.Name, path.Subresource, posted, context, request.Aborted);
        if (answer is not null)
        {
            await responder.ObjectAsync(request, StatusCodes.Status201Created, answer, context);
            return;
        }
        await Responder.StatusAsync(request, Status.Empty with
        {
            Kind = "Status",
            ApiVersion = "v1",
            StatusValue = "Success",
            Code = StatusCodes.Status201Created,
        }, context);
    }
}
