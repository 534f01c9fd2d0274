namespace Holdfast.Cel;

/// <summary>Somebody whose rights can be asked for: <c>authorizer</c>.</summary>
/// <param name="Source">Says what that somebody may do.</param>
/// <param name="RequestResource">What the request is about, as <c>authorizer.requestResource</c>; null when there is no request.</param>
public sealed record CelAuthorizer(ICelAuthorizer Source, CelAccess? RequestResource) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Authorizer;
}

/// <summary>A question about a path that is still without its verb.</summary>
/// <param name="Source">Who answers it.</param>
/// <param name="Access">The question.</param>
public sealed record CelPathCheck(ICelAuthorizer Source, CelAccess Access) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.PathCheck;
}

/// <summary>A question about an API group that is still without its resource.</summary>
/// <param name="Source">Who answers it.</param>
/// <param name="Access">The question.</param>
public sealed record CelGroupCheck(ICelAuthorizer Source, CelAccess Access) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.GroupCheck;
}

/// <summary>A question about a resource that is still without its verb.</summary>
/// <param name="Source">Who answers it.</param>
/// <param name="Access">The question.</param>
public sealed record CelResourceCheck(ICelAuthorizer Source, CelAccess Access) : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.ResourceCheck;
}

/// <summary>The answer to a question about rights.</summary>
/// <param name="IsAllowed">Whether it is allowed.</param>
/// <param name="Reason">Why, in words; may be empty.</param>
/// <param name="Error">Why nothing could be said; empty when it could.</param>
public sealed record CelDecision(bool IsAllowed, string Reason, string Error = "") : CelValue
{
    /// <inheritdoc/>
    public override CelType Type => CelType.Decision;
}
