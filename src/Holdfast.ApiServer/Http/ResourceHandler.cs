using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Http.Fairness;
using Holdfast.ApiServer.Http.Proxying;
using Holdfast.ApiServer.Http.Streaming;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers requests for resources: maps path, method and options to a verb of the registry.</summary>
internal sealed class ResourceHandler(
    ResourceRegistry registry, IAuthorizer authorizer, Responder responder, PodLogs logs, PodStreams streams, ResourceProxy proxy, IChance chance,
    RequestGate gate, CancellationToken stopping)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private readonly WatchResponse _watches = new(responder, gate, registry.Time, stopping);

    public async Task HandleAsync(ApiRequest request, ResourcePath path)
    {
        var served = registry.Served.Find(path.Group, path.Version, path.Plural);
        var verb = VerbOf(request, path);
        Authorize(request, path, verb, served);
        if (served is null && ServedResources.IsLeftOut(path.Group, path.Plural))
            throw ApiErrors.LeftOut(path.Group, path.Plural);
        if (served is null || !IsInScope(path, served))
            throw ApiErrors.NothingServed();
        WarnOfDeprecation(request, served);
        if (RequestGate.IsStream(path))
        {
            // Who follows a log may stop reading for a while: what is not read holds the sender back.
            request.Http.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
            await SubresourceAsync(request, path, served, verb);
            return;
        }
        request = request with { Accepted = Negotiation.Choose(request.Accept, new Offer(responder.HasTables, served.Custom is null, verb == "watch")) };
        Responder.CheckTable(request);
        using var pass = await gate.EnterAsync(request, path, verb);
        try
        {
            await VerbAsync(request, path, served, verb, pass);
        }
        catch (OperationCanceledException) when (pass.IsOver)
        {
            throw RequestGate.Late();
        }
    }

    private Task VerbAsync(ApiRequest request, ResourcePath path, ServedResource served, string verb, RequestPass pass)
    {
        if (path.Subresource.Length > 0)
            return SubresourceAsync(request, path, served, verb);
        var isKnown = served.Verbs.Contains(verb) && (verb is not ("create" or "deletecollection") || path.IsInNamespace == served.Type.IsNamespaced);
        if (!isKnown)
            throw served.IsAlwaysEmpty ? ApiErrors.NeverMade(served.Type) : ApiErrors.MethodNotAllowed();
        return verb switch
        {
            "get" => GetAsync(request, path, served),
            "list" => ListAsync(request, path, served, pass),
            "watch" => WatchAsync(request, path, served, pass),
            "create" => CreateAsync(request, path, served),
            "update" => UpdateAsync(request, path, served),
            "patch" => PatchAsync(request, path, served),
            "delete" => DeleteAsync(request, path, served),
            _ => DeleteCollectionAsync(request, path, served),
        };
    }

    private static void WarnOfDeprecation(ApiRequest request, ServedResource served)
    {
        if (served.Custom?.Kind.Version is not { Deprecated: true } version)
            return;
        var words = version.DeprecationWarning ?? $"{served.Type.ApiVersion} {served.Type.Kind} is deprecated";
        Responder.Warn(request.Http.Response, words);
    }

    private static string VerbOf(ApiRequest request, ResourcePath path)
    {
        var method = request.Http.Request.Method;
        if (path.IsWatch)
            return method == "GET" ? "watch" : "";
        var isObject = path.Name.Length > 0;
        return method switch
        {
            "GET" => isObject ? "get" : request.Query.Flag("watch") == true ? "watch" : "list",
            "POST" when !isObject || path.Subresource.Length > 0 => "create",
            "PUT" when isObject => "update",
            "PATCH" when isObject => "patch",
            "DELETE" => isObject ? "delete" : "deletecollection",
            // Whatever a pod understands may be proxied; who may do that has to be allowed every verb.
            _ when path.Subresource == "proxy" => "",
            // No verb, as Kubernetes has it; who may do nothing here is told that first.
            _ => "",
        };
    }

    private static bool IsInScope(ResourcePath path, ServedResource served) => served.Type.IsNamespaced
        ? path.IsInNamespace || (path.Name.Length == 0 && path.Subresource.Length == 0)
        : !path.IsInNamespace;

    private void Authorize(ApiRequest request, ResourcePath path, string verb, ServedResource? served)
    {
        var access = Access.ToResource(verb, path.Group, path.Plural) with
        {
            Namespace = path.Namespace,
            Name = path.Name,
            Subresource = path.Subresource,
        };
        if (verb is "list" or "watch" or "deletecollection")
            access = access.Selecting(request.Query.Text("fieldSelector"));
        var verdict = authorizer.Decide(request.User, access);
        request.Audit?.Decided(access, path.Version, verdict);
        if (verdict.IsAllowed)
            return;
        var type = served?.Type ?? new ResourceType(path.Group, path.Version, path.Plural, path.Plural, path.IsInNamespace);
        throw ApiErrors.Forbidden(type, access.Name, access.Refusal(request.User));
    }

    private async Task GetAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        await registry.ReachAsync(request.Query.Text("resourceVersion"), request.Aborted);
        await responder.StoredAsync(request, served, registry.Get(served, path.Namespace, path.Name));
    }

    private async Task ListAsync(ApiRequest request, ResourcePath path, ServedResource served, RequestPass pass)
    {
        if (request.Query.Flag("sendInitialEvents") is not null)
        {
            throw ApiErrors.InvalidOptions("ListOptions", new FieldError(FieldErrorType.FieldValueForbidden, "sendInitialEvents",
                "Forbidden: sendInitialEvents is forbidden for list"));
        }
        await responder.ListAsync(request, served, await registry.ListAsync(ListOf(request, path, served), request.Aborted), pass.Answering ?? request.ClientGone);
    }

    private static ListRequest ListOf(ApiRequest request, ResourcePath path, ServedResource served)
    {
        // A limit below 0 is none.
        var limit = Math.Max(0, request.Query.Number("limit") ?? 0);
        return new ListRequest(served, path.IsInNamespace ? path.Namespace : null, FilterOf(request, path, served))
        {
            Limit = limit,
            Continue = request.Query.Text("continue"),
            ResourceVersion = request.Query.Text("resourceVersion"),
            Match = request.Query.Text("resourceVersionMatch"),
        };
    }

    private static ResourceFilter FilterOf(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var fields = request.Query.Text("fieldSelector");
        if (path.IsWatch && path.Name.Length > 0)
            fields = fields.Length == 0 ? $"metadata.name={path.Name}" : $"{fields},metadata.name={path.Name}";
        return ResourceFilter.Parse(served, request.Query.Text("labelSelector"), fields);
    }

    private async Task WatchAsync(ApiRequest request, ResourcePath path, ServedResource served, RequestPass pass)
    {
        var query = request.Query;
        using var counted = gate.BeginWatch(request);
        var seconds = query.Number("timeoutSeconds") is not (null or 0) and var given ? given.Value : 1800 + chance.Next(1800);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)), registry.Time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, request.Aborted, stopping);
        var events = registry.WatchAsync(
            new WatchRequest(served, path.IsInNamespace ? path.Namespace : null, FilterOf(request, path, served))
            {
                ResourceVersion = query.Text("resourceVersion"),
                Match = query.Text("resourceVersionMatch"),
                SendInitialEvents = query.Flag("sendInitialEvents"),
                AllowsBookmarks = query.Flag("allowWatchBookmarks") ?? false,
                BookmarkInterval = BookmarkInterval,
            }, ends.Token);
        await _watches.StreamAsync(request, served, events, pass, ends);
    }

    private async Task CreateAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("CreateOptions");
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, served.Codec, request.Aborted);
        var sent = ObjectDecoder.Decode(body, served.Codec, context);
        if (served.PostedTo is { } subresource)
        {
            var pods = registry.Served.Find(Pod.ResourceType) ?? throw ApiErrors.NothingServed();
            sent = ObjectCreation.InNamespace(served, path.Namespace, sent);
            if (sent.Metadata.Name.Length == 0)
                throw ApiErrors.BadRequest("name must be provided");
            await PostAsync(request, pods, path with { Name = sent.Metadata.Name, Subresource = subresource }, sent, context);
            return;
        }
        var created = await registry.CreateAsync(served, path.Namespace, sent, context, request.Aborted);
        await responder.WrittenAsync(request, 201, created, context, served);
    }

    private async Task UpdateAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("UpdateOptions");
        var codec = path.Subresource == "scale" ? Subresources.ScaleCodec : served.Codec;
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, codec, request.Aborted);
        var sent = ObjectDecoder.Decode(body, codec, context);
        var outcome = await registry.UpdateAsync(served, path.Namespace, path.Name, path.Subresource, sent, context, request.Aborted);
        await responder.WrittenAsync(request, outcome.IsCreated ? 201 : 200, outcome.Written, context, served);
    }

    private async Task PatchAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var (form, patch) = await RequestBody.ReadPatchAsync(request.Http.Request, request.Aborted);
        var context = request.Context("PatchOptions", ProblemsOf(request, form));
        var outcome = await registry.PatchAsync(
            served, path.Namespace, path.Name, path.Subresource, form, patch, context, request.Aborted);
        await responder.WrittenAsync(request, outcome.IsCreated ? 201 : 200, outcome.Written, context, served);
    }

    private static IEnumerable<FieldError> ProblemsOf(ApiRequest request, PatchForm form)
    {
        if (form == PatchForm.Apply && request.Query.Text("fieldManager").Length == 0)
            yield return FieldError.Required(FieldPath.Root("fieldManager"), "is required for apply patch");
        if (form != PatchForm.Apply && request.Query.Flag("force") is not null)
            yield return FieldError.Forbidden(FieldPath.Root("force"), "may not be specified for non-apply patch");
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
        await responder.ListAsync(request, served, page, request.ClientGone);
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
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type DeleteOptions): {JsonProblem.Words(problem, body.Span)}");
        }
        if (options.Kind is not ("" or "DeleteOptions"))
            throw ApiErrors.BadRequest($"{options.Kind} in version \"{options.ApiVersion}\" cannot be handled as a DeleteOptions: the kind is another one");
        if (options.DryRun.Any(value => value != "All"))
        {
            throw ApiErrors.InvalidOptions("DeleteOptions", new FieldError(FieldErrorType.FieldValueNotSupported, "dryRun",
                $"Unsupported value: [{string.Join(",", options.DryRun.Select(value => $"\"{value}\""))}]: supported values: \"All\""));
        }
        if (options.DryRun.IsEmpty)
            return (options, context);
        var dry = new WriteContext(request.User) { IsDryRun = true };
        request.Keep(dry);
        return (options, dry);
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
            case ("proxy", _):
                await ProxyAsync(request, path, served);
                break;
            case ("exec" or "attach" or "portforward", "get" or "create"):
                await ConnectAsync(request, path, served);
                break;
            case ("scale", "get"):
                await responder.ObjectAsync(request, 200, registry.GetScale(served, path.Namespace, path.Name));
                break;
            case ("status" or "ephemeralcontainers", "get"):
                await GetAsync(request, path, served);
                break;
            case ("status" or "scale" or "ephemeralcontainers" or "finalize", "update"):
                await UpdateAsync(request, path, served);
                break;
            case ("status" or "scale" or "ephemeralcontainers", "patch"):
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
    private async Task ConnectAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        Authorize(request, path, "create", served);
        var pod = (Pod)StoredObject.Of(registry.Get(served, path.Namespace, path.Name), served);
        var options = ConnectionOptions.Of(request.Http.Request.Query, path.Subresource);
        await registry.ConnectAsync(served, pod, path.Name, path.Subresource, options, request.Context("ConnectOptions"), request.Aborted);
        await streams.ServeAsync(request, pod, path.Subresource, stopping);
    }

    // What is not there, or no name at all, is told of by the proxy itself.
    private async Task ProxyAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var view = registry.View();
        if (ProxyName.Parse(path.Name) is { } name && view.Snapshot.Find(new(served.StoreName, path.Namespace, name.Name)) is { } entry)
        {
            var options = ConnectionOptions.OfProxy(path.Plural, request.Path.Rest);
            var context = new WriteContext(request.User);
            request.Keep(context);
            await registry.ConnectAsync(served, StoredObject.Of(entry, served), path.Name, path.Subresource, options, context, request.Aborted);
        }
        await proxy.ServeAsync(request, path, view);
    }

    private async Task PostAsync(ApiRequest request, ResourcePath path, ServedResource served)
    {
        var context = request.Context("CreateOptions");
        var codec = Subresources.PostedTo(path.Subresource)!;
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, codec, request.Aborted);
        var posted = ObjectDecoder.Decode(body, codec, context);
        await PostAsync(request, served, path, posted, context);
    }

    private async Task PostAsync(ApiRequest request, ServedResource served, ResourcePath path, IResource posted, WriteContext context)
    {
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
