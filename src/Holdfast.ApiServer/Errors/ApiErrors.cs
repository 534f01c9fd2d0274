using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Errors;

/// <summary>Every refusal of the API server, worded as Kubernetes words it; each is turned into a Status here and nowhere else.</summary>
public static class ApiErrors
{
    /// <summary>404: no object of that name.</summary>
    /// <param name="type">The kind of object.</param>
    /// <param name="name">The name.</param>
    public static ApiException NotFound(ResourceType type, string name) =>
        Failure(404, "NotFound", $"{type.GroupResource} \"{name}\" not found", Details(type, name));

    /// <summary>404: nothing is served under that path.</summary>
    public static ApiException NothingServed() =>
        Failure(404, "NotFound", "the server could not find the requested resource", StatusDetails.Empty);

    /// <summary>404: the kind is Kubernetes' own and is left out here; a client that asks for it without discovery is told its name.</summary>
    /// <param name="group">The group; empty for the core group.</param>
    /// <param name="plural">The plural.</param>
    public static ApiException LeftOut(string group, string plural)
    {
        var name = group.Length == 0 ? plural : $"{plural}.{group}";
        return Failure(404, "NotFound", $"{name} are not served by this cluster, since nothing in it would act on them", StatusDetails.Empty with { Group = group, Kind = plural });
    }

    /// <summary>409: an object of that name is there already.</summary>
    /// <param name="type">The kind of object.</param>
    /// <param name="name">The name.</param>
    public static ApiException AlreadyExists(ResourceType type, string name) =>
        Failure(409, "AlreadyExists", $"{type.GroupResource} \"{name}\" already exists", Details(type, name));

    /// <summary>409: the object has changed since it was read.</summary>
    /// <param name="type">The kind of object.</param>
    /// <param name="name">The name.</param>
    public static ApiException Modified(ResourceType type, string name) => Conflict(
        type.Group, type.Plural, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>409 for another reason.</summary>
    /// <param name="group">The group; empty for the core group.</param>
    /// <param name="resource">What is named as the resource.</param>
    /// <param name="name">The name.</param>
    /// <param name="problem">The reason.</param>
    public static ApiException Conflict(string group, string resource, string name, string problem)
    {
        var qualified = group.Length == 0 ? resource : $"{resource}.{group}";
        return Failure(409, "Conflict", $"Operation cannot be fulfilled on {qualified} \"{name}\": {problem}",
            StatusDetails.Empty with { Name = name, Group = group, Kind = resource });
    }

    /// <summary>409: an applied configuration would change fields of others.</summary>
    /// <param name="conflicts">The fields and their managers, by manager; at least one.</param>
    public static ApiException ApplyConflict(ImmutableArray<FieldConflict> conflicts)
    {
        var words = conflicts.Length == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Manager}: {conflicts[0].Path}"
            : $"Apply failed with {conflicts.Length} conflicts: " + string.Join('\n', conflicts.GroupBy(conflict => conflict.Manager, StringComparer.Ordinal)
                .SelectMany(group => group.Select(conflict => $"- {conflict.Path}").Prepend($"conflicts with {group.Key}:")));
        return Failure(409, "Conflict", words, StatusDetails.Empty with
        {
            Causes = [.. conflicts.Select(conflict => StatusCause.Empty with
            {
                Field = conflict.Path, Message = $"conflict with {conflict.Manager}", Reason = "FieldManagerConflict",
            })],
        });
    }

    /// <summary>422: an object has problems, all of them named.</summary>
    /// <param name="group">The group of the kind.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="name">The name.</param>
    /// <param name="problems">The problems; at least one.</param>
    public static ApiException Invalid(string group, string kind, string name, ImmutableArray<FieldError> problems)
    {
        var texts = problems.Select(problem => problem.ToString()).Distinct(StringComparer.Ordinal).ToArray();
        var text = texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        return Failure(422, "Invalid", $"{qualified} \"{name}\" is invalid: {text}", StatusDetails.Empty with
        {
            Name = name,
            Group = group,
            Kind = kind,
            Causes = [.. problems.Select(problem => StatusCause.Empty with
            {
                Field = problem.Field, Message = problem.Detail, Reason = problem.Type.ToString(),
            })],
        });
    }

    /// <summary>422: an object has problems, all of them named.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="name">The name.</param>
    /// <param name="problems">The problems; at least one.</param>
    public static ApiException Invalid(ResourceType type, string name, ImmutableArray<FieldError> problems) =>
        Invalid(type.Group, type.Kind, name, problems);

    /// <summary>422: the options of a request have a problem.</summary>
    /// <param name="kind">The kind of options, such as <c>ListOptions</c>.</param>
    /// <param name="problems">The problems; at least one.</param>
    public static ApiException InvalidOptions(string kind, params ImmutableArray<FieldError> problems) => Invalid("meta.k8s.io", kind, "", problems);

    /// <summary>422: a patch that cannot be applied to the object.</summary>
    public static ApiException UnprocessablePatch() =>
        Failure(422, "Invalid", "the server rejected our request due to an error in our request", StatusDetails.Empty);

    /// <summary>400: the request itself is malformed.</summary>
    /// <param name="problem">What is wrong with it.</param>
    public static ApiException BadRequest(string problem) => Failure(400, "BadRequest", problem, null);

    /// <summary>401: nobody we know.</summary>
    public static ApiException Unauthorized() => Failure(401, "Unauthorized", "Unauthorized", null);

    /// <summary>403: an object may not be written, or may not be by this user.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="name">The name; empty when the request names none.</param>
    /// <param name="problem">Why not.</param>
    /// <param name="causes">What in particular.</param>
    public static ApiException Forbidden(ResourceType type, string name, string problem, ImmutableArray<StatusCause> causes = default)
    {
        var subject = name.Length == 0 ? type.GroupResource : $"{type.GroupResource} \"{name}\"";
        return Failure(403, "Forbidden", $"{subject} is forbidden: {problem}",
            Details(type, name) with { Causes = causes.IsDefaultOrEmpty ? [] : [.. causes] });
    }

    /// <summary>403: a path may not be read by this user.</summary>
    /// <param name="problem">Why not.</param>
    public static ApiException ForbiddenPath(string problem) => Failure(403, "Forbidden", $"forbidden: {problem}", StatusDetails.Empty);

    /// <summary>405: the resource does not know this verb.</summary>
    public static ApiException MethodNotAllowed() =>
        Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", StatusDetails.Empty);

    /// <summary>405: objects of the kind are neither made nor changed here.</summary>
    /// <param name="type">The kind.</param>
    public static ApiException NeverMade(ResourceType type) => Failure(405, "MethodNotAllowed",
        $"{type.GroupResource} cannot be made or changed in this cluster, since nothing in it would act on them", Details(type, ""));

    /// <summary>406: the client accepts nothing that the server can give.</summary>
    /// <param name="supported">What it can give.</param>
    public static ApiException NotAcceptable(string supported) =>
        Failure(406, "NotAcceptable", $"only the following media types are accepted: {supported}", null);

    /// <summary>410: the revision is no longer kept.</summary>
    /// <param name="problem">Which revision.</param>
    /// <param name="goesOn">A token to go on with all the same; empty for none.</param>
    public static ApiException Expired(string problem, string goesOn = "") =>
        new(StatusOf(410, "Expired", problem, null) with { Metadata = ListMeta.Empty with { Continue = goesOn } });

    /// <summary>413: the body is larger than is accepted.</summary>
    /// <param name="limitBytes">The limit.</param>
    public static ApiException TooLarge(long limitBytes) =>
        Failure(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limitBytes}", null);

    /// <summary>415: the body's media type is not known.</summary>
    /// <param name="supported">The types that are.</param>
    public static ApiException UnsupportedMediaType(string supported) => Failure(415, "UnsupportedMediaType",
        $"the body of the request was in an unknown format - accepted media types include: {supported}", null);

    /// <summary>415: a patch of an unknown form.</summary>
    public static ApiException UnsupportedPatch() =>
        Failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", StatusDetails.Empty);

    /// <summary>429: not now; try again.</summary>
    /// <param name="problem">Why not.</param>
    /// <param name="retryAfterSeconds">When to try again; 0 for no advice.</param>
    /// <param name="causes">What in particular.</param>
    public static ApiException TooManyRequests(string problem, int retryAfterSeconds, ImmutableArray<StatusCause> causes = default) =>
        Failure(429, "TooManyRequests", problem, StatusDetails.Empty with
        {
            RetryAfterSeconds = retryAfterSeconds,
            Causes = causes.IsDefaultOrEmpty ? [] : [.. causes],
        });

    /// <summary>504: the store did not get to a revision in time.</summary>
    /// <param name="problem">Which revision.</param>
    public static ApiException RevisionNotReached(string problem) => Failure(504, "Timeout", problem, StatusDetails.Empty with
    {
        RetryAfterSeconds = 1,
        Causes = [StatusCause.Empty with { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }],
    });

    /// <summary>503: the server cannot do it now.</summary>
    /// <param name="problem">Why not.</param>
    public static ApiException ServiceUnavailable(string problem) => Failure(503, "ServiceUnavailable", problem, null);

    /// <summary>500: the server failed.</summary>
    /// <param name="problem">What failed, in words fit for a user.</param>
    /// <param name="inner">The cause, for the log.</param>
    public static ApiException Internal(string problem, Exception? inner = null) =>
        new(StatusOf(500, "InternalError", $"Internal error occurred: {problem}", StatusDetails.Empty with
        {
            Causes = [StatusCause.Empty with { Message = problem }],
        }), inner);

    /// <summary>A refusal of any kind.</summary>
    /// <param name="code">The HTTP code.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="message">The message.</param>
    /// <param name="details">The details, or null for none.</param>
    public static ApiException Failure(int code, string reason, string message, StatusDetails? details) =>
        new(StatusOf(code, reason, message, details));

    private static StatusDetails Details(ResourceType type, string name) =>
        StatusDetails.Empty with { Name = name, Group = type.Group, Kind = type.Plural };

    private static Status StatusOf(int code, string reason, string message, StatusDetails? details) => Status.Empty with
    {
        Kind = "Status",
        ApiVersion = "v1",
        StatusValue = "Failure",
        Message = message,
        Reason = reason,
        Code = code,
        Details = details,
    };
}
