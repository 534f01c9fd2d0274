using Holdfast.Model.Meta;

namespace Holdfast.Client;

/// <summary>The API server refused a request, or could not be asked (then <see cref="Code"/> is 0 and the request may have taken effect).</summary>
/// <param name="status">What the server said.</param>
/// <param name="innerException">What went wrong below, if anything.</param>
public sealed class ApiException(Status status, Exception? innerException = null) : Exception(status.Message, innerException)
{
    /// <summary>What the server said.</summary>
    public Status Status { get; } = status;

    /// <summary>The HTTP code, or 0 when there was no answer.</summary>
    public int Code => Status.Code;

    /// <summary>The reason, such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Invalid</c>, <c>Expired</c>.</summary>
    public string Reason => Status.Reason;

    /// <summary>Whether the object is not there.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>Whether an object of that name is there already.</summary>
    public bool IsAlreadyExists => Code == 409 && Reason == "AlreadyExists";

    /// <summary>Whether the object has changed since it was read, or a precondition did not hold.</summary>
    public bool IsConflict => Code == 409 && Reason == "Conflict";

    /// <summary>Whether the revision asked for is no longer kept: list again.</summary>
    public bool IsGone => Code == 410;

    /// <summary>Whether the request may be repeated later: too many requests, a timeout, or no answer.</summary>
    public bool IsRetriable => Code is 0 or 429 or 500 or 503 or 504;
}
