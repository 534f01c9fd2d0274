namespace Holdfast.ApiServer.Security;

/// <summary>
/// Allows administrators and Holdfast's own parts everything, and everybody the paths that say whether the server lives.
/// Everything else is refused: without roles nobody has been granted anything.
/// </summary>
public sealed class ComponentAuthorizer : IAuthorizer
{
    private static readonly Verdict Allowed = new(true);
    private static readonly Verdict Refused = new(false);

    /// <inheritdoc/>
    public Verdict Decide(UserInfo user, Access action)
    {
        if (user.IsIn(UserInfo.Masters) || user.IsIn("system:components") || user.IsIn("system:nodes"))
            return Allowed;
        if (action.IsResource)
            return user.IsIn(UserInfo.Authenticated) && IsAboutOneself(action) ? Allowed : Refused;
        if (action.Verb != "get")
            return Refused;
        return action.Path is "/version" or "/healthz" or "/livez" or "/readyz" ? Allowed : Refused;
    }

    private static bool IsAboutOneself(Access action) => (action.Verb, action.Group, action.Resource) is
        ("create", "authorization.k8s.io", "selfsubjectaccessreviews") or ("create", "authentication.k8s.io", "selfsubjectreviews");
}
