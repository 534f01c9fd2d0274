namespace Holdfast.Steward.Actions;

/// <summary>What a member answered.</summary>
/// <param name="Status">The status of HTTP, or the exit code of a command.</param>
/// <param name="Text">The body, or what the command wrote to its standard output.</param>
public sealed record ActionResponse(int Status, string Text)
{
    /// <summary>What a command wrote to its standard error; shown when it fails.</summary>
    public string Errors { get; init; } = "";
}

/// <summary>Why an action gave nothing.</summary>
public enum ActionFailureKind
{
    /// <summary>The action cannot be asked: an expression has no value, or no pod is there.</summary>
    NotAskable,

    /// <summary>Nobody answers there.</summary>
    Unreachable,

    /// <summary>The answer did not come in time; the action may have taken effect.</summary>
    Timeout,

    /// <summary>The member answered with a status that the action does not expect.</summary>
    Refused,

    /// <summary>The answer was larger than it may be, or not to be read.</summary>
    Unreadable,
}

/// <summary>An action that gave nothing.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">Why, in words, with what was asked of whom.</param>
public sealed record ActionFailure(ActionFailureKind Kind, string Message)
{
    /// <summary>Whether the action may have taken effect all the same.</summary>
    public bool MayHaveHappened => Kind is ActionFailureKind.Timeout or ActionFailureKind.Unreachable or ActionFailureKind.Unreadable;
}

/// <summary>What came of a request: an answer, or why there is none.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Failure">Why there is none.</param>
public sealed record ActionOutcome(ActionResponse? Response, ActionFailure? Failure)
{
    /// <summary>An answer.</summary>
    /// <param name="response">The answer.</param>
    public static ActionOutcome Of(ActionResponse response) => new(response, null);

    /// <summary>No answer.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="message">Why, in words.</param>
    public static ActionOutcome Failed(ActionFailureKind kind, string message) => new(null, new ActionFailure(kind, message));
}
