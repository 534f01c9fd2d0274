using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Security;

/// <summary>Acting as somebody else, by the headers that Kubernetes has for it; each part needs the verb <c>impersonate</c>.</summary>
internal static class Impersonation
{
    private const int MaximumGroups = 64;
    private const string AccountPrefix = "system:serviceaccount:";

    /// <summary>Who a request stands for.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="user">Who sent it.</param>
    /// <param name="authorizer">Says whom he may stand for.</param>
    /// <exception cref="Client.ApiException">He may not, or the headers make no sense.</exception>
    public static UserInfo Apply(IHeaderDictionary headers, UserInfo user, IAuthorizer authorizer)
    {
        var name = headers["Impersonate-User"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToList();
        if (name.Length == 0)
        {
            return groups.Count > 0 || headers.ContainsKey("Impersonate-Uid")
                ? throw ApiErrors.BadRequest("requested groups or a uid without impersonating a user")
                : user;
        }
        if (groups.Count > MaximumGroups)
            throw ApiErrors.BadRequest($"a user can be impersonated with at most {MaximumGroups} groups");
        // Extra fields would have to be checked one by one, and nothing here decides by them.
        if (headers.Keys.Any(key => key.StartsWith("Impersonate-Extra-", StringComparison.OrdinalIgnoreCase)))
            throw ApiErrors.BadRequest("extra fields cannot be impersonated here: leave the headers Impersonate-Extra-… out");
        var uid = headers["Impersonate-Uid"].ToString();
        Check(user, authorizer, AccessTo(name), "User", name);
        foreach (var group in groups)
            Check(user, authorizer, Access.ToResource("impersonate", "", "groups") with { Name = group }, "Group", group);
        if (uid.Length > 0)
            Check(user, authorizer, Access.ToResource("impersonate", "authentication.k8s.io", "uids") with { Name = uid }, "UID", uid);
        return As(name, groups) with { Uid = uid };
    }

    private static UserInfo As(string name, List<string> groups)
    {
        if (name == UserInfo.Anonymous.Name)
            return groups.Count == 0 ? UserInfo.Anonymous : new UserInfo(name, [.. groups]);
        if (groups.Count == 0 && Account(name) is var (space, account) && account.Length > 0)
            return UserInfo.ServiceAccount(space, account);
        return new UserInfo(name, [.. groups.Append(UserInfo.Authenticated).Distinct()]);
    }

    private static Access AccessTo(string name) => Account(name) is var (space, account) && account.Length > 0
        ? Access.ToResource("impersonate", "", "serviceaccounts") with { Namespace = space, Name = account }
        : Access.ToResource("impersonate", "", "users") with { Name = name };

    private static (string Namespace, string Name) Account(string user) =>
        user.StartsWith(AccountPrefix, StringComparison.Ordinal) && user[AccountPrefix.Length..].Split(':') is [{ Length: > 0 } space, { Length: > 0 } name]
            ? (space, name)
            : ("", "");

    private static void Check(UserInfo user, IAuthorizer authorizer, Access access, string kind, string name)
    {
        if (!authorizer.Decide(user, access).IsAllowed)
            throw ApiErrors.Forbidden(new(access.Group, "v1", kind, access.Resource, access.Namespace.Length > 0), name, access.Refusal(user));
    }
}
