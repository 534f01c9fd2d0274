using Holdfast.ApiServer.Errors;
using Holdfast.Model.Values;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Security;

/// <summary>Acting as somebody else, by the headers that Kubernetes has for it; each part needs the verb <c>impersonate</c>.</summary>
internal static class Impersonation
{
    private const int MaximumGroups = 64;
    private const int MaximumExtraValues = 64;
    private const string AccountPrefix = "system:serviceaccount:";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";
    private const string Unauthenticated = "system:unauthenticated";

    /// <summary>Who a request stands for.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="user">Who sent it.</param>
    /// <param name="authorizer">Says whom he may stand for.</param>
    /// <exception cref="Client.ApiException">He may not, or the headers make no sense.</exception>
    public static UserInfo Apply(IHeaderDictionary headers, UserInfo user, IAuthorizer authorizer)
    {
        var name = headers["Impersonate-User"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToList();
        var uid = headers["Impersonate-Uid"].ToString();
        var extra = ExtraOf(headers);
        if (name.Length == 0)
        {
            return groups.Count > 0 || uid.Length > 0 || extra.Count > 0
                ? throw ApiErrors.BadRequest("requested groups, a uid or extra fields without impersonating a user: send Impersonate-User too")
                : user;
        }
        if (groups.Count > MaximumGroups)
            throw ApiErrors.BadRequest($"a user can be impersonated with at most {MaximumGroups} groups");
        if (extra.Sum(each => each.Value.Count) > MaximumExtraValues)
            throw ApiErrors.BadRequest($"a user can be impersonated with at most {MaximumExtraValues} values of extra fields");
        Check(user, authorizer, AccessTo(name), "User", name);
        foreach (var group in groups)
            Check(user, authorizer, Access.ToResource("impersonate", "", "groups") with { Name = group }, "Group", group);
        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
                Check(user, authorizer, Access.ToResource("impersonate", AuthenticationGroup, "userextras") with { Subresource = key, Name = value }, "UserExtra", value);
        }
        if (uid.Length > 0)
            Check(user, authorizer, Access.ToResource("impersonate", AuthenticationGroup, "uids") with { Name = uid }, "UID", uid);
        return new UserInfo(name, [.. GroupsOf(name, groups)]) { Uid = uid, Extra = extra.ToValueMap() };
    }

    // Names of headers have no case and not every character: what they name is written small, with the others as %XX.
    private static SortedDictionary<string, ValueList<string>> ExtraOf(IHeaderDictionary headers)
    {
        var extra = new SortedDictionary<string, ValueList<string>>(StringComparer.Ordinal);
        foreach (var (header, values) in headers)
        {
            if (!header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            var key = Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant());
            extra[key] = extra.GetValueOrDefault(key).Concat(values.OfType<string>()).ToValueList();
        }
        return extra;
    }

    // Nobody else is known as the one or the other group, unless the headers say so.
    private static List<string> GroupsOf(string name, List<string> groups)
    {
        if (groups.Count == 0 && Account(name) is var (space, account) && account.Length > 0)
            return [.. UserInfo.ServiceAccount(space, account).Groups];
        if (name == UserInfo.Anonymous.Name)
            return groups.Contains(Unauthenticated) ? groups : [.. groups, Unauthenticated];
        return groups.Contains(UserInfo.Authenticated) || groups.Contains(Unauthenticated) ? groups : [.. groups, UserInfo.Authenticated];
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
