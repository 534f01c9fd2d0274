using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Testing.Api;

/// <summary>The refusals of an API server.</summary>
public static class FakeErrors
{
    /// <summary>There is no such object.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="name">The name.</param>
    public static ApiException NotFound(ResourceType type, string name) => Make(404, "NotFound", $"{type.GroupResource} \"{name}\" not found");

    /// <summary>There is such an object already.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="name">The name.</param>
    public static ApiException AlreadyExists(ResourceType type, string name) =>
        Make(409, "AlreadyExists", $"{type.GroupResource} \"{name}\" already exists");

    /// <summary>The object has changed, or is another one.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="name">The name.</param>
    public static ApiException Conflict(ResourceType type, string name) =>
        Make(409, "Conflict", $"Operation cannot be fulfilled on {type.GroupResource} \"{name}\": the object has been modified");

    /// <summary>The revision is no longer kept.</summary>
    public static ApiException Gone() => Make(410, "Expired", "too old resource version");

    /// <summary>There was no answer.</summary>
    public static ApiException NoAnswer() => Make(0, "", "the connection was lost");

    /// <summary>The server has a fault.</summary>
    public static ApiException ServerError() => Make(500, "InternalError", "the server has a fault");

    /// <summary>The namespace is on its way out.</summary>
    /// <param name="namespaceName">The namespace.</param>
    public static ApiException NamespaceTerminating(string namespaceName)
    {
        var message = $"unable to create new content in namespace {namespaceName} because it is being terminated";
        return new(Status.Empty with
        {
            Code = 403,
            Reason = "Forbidden",
            Message = message,
            Details = StatusDetails.Empty with { Causes = [new StatusCause { Reason = "NamespaceTerminating", Message = message, Field = "metadata.namespace" }] },
        });
    }

    /// <summary>Any refusal.</summary>
    /// <param name="code">The HTTP code.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="message">The message.</param>
    public static ApiException Make(int code, string reason, string message) =>
        new(Status.Empty with { Code = code, Reason = reason, Message = message });
}
