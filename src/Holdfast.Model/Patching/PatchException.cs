namespace Holdfast.Model.Patching;

/// <summary>How a server answers a patch that cannot be applied.</summary>
public enum PatchFailure
{
    /// <summary>400 BadRequest: the patch is not what its media type says.</summary>
    BadRequest,

    /// <summary>413 RequestEntityTooLarge: the patch asks for more work than is allowed.</summary>
    TooLarge,

    /// <summary>
    /// 422 Invalid: the patch is well formed but does not fit the object. Kubernetes answers
    /// <see cref="PatchException.GenericMessage"/> whatever the reason is.
    /// </summary>
    Unprocessable,
}

/// <summary>A patch that cannot be applied.</summary>
/// <param name="failure">How a server answers it.</param>
/// <param name="message">What is wrong, worded as Kubernetes words it where it tells.</param>
public sealed class PatchException(PatchFailure failure, string message) : Exception(message)
{
    /// <summary>What Kubernetes answers to every unprocessable patch.</summary>
    public const string GenericMessage = "the server rejected our request due to an error in our request";

    /// <summary>How a server answers it.</summary>
    public PatchFailure Failure { get; } = failure;
}
