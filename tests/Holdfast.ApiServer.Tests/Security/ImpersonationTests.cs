using System.Text.Json.Nodes;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Rbac;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using static Holdfast.ApiServer.Tests.Cluster;

namespace Holdfast.ApiServer.Tests;

/// <summary>Acting as somebody else, with groups, a uid and extra fields.</summary>
public sealed class ImpersonationTests(SharedServer shared)
{
    private const string WhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Review = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""";

    [Fact]
    public async Task Who_may_is_known_with_all_that_was_said_of_him()
    {
        var (code, answer) = await WhoAsync(("Impersonate-User", "bob"), ("Impersonate-Group", "devs"), ("Impersonate-Uid", "u-1"),
            ("impersonate-extra-scopes", "view"), ("Impersonate-Extra-example.com%2Fteam", "blue"));
        Assert.Equal(201, code);
        Assert.Equal("""{"extra":{"example.com/team":["blue"],"scopes":["view"]},"groups":["devs","system:authenticated"],"uid":"u-1","username":"bob"}""",
            answer["status"]!["userInfo"]!.ToJsonString());
    }

    [Theory]
    [InlineData("bob", "system:unauthenticated", "system:unauthenticated")]
    [InlineData("system:anonymous", "devs", "devs,system:unauthenticated")]
    [InlineData("system:serviceaccount:a:b", "", "system:serviceaccounts,system:serviceaccounts:a,system:authenticated")]
    [InlineData("system:serviceaccount:a:b", "devs", "devs,system:authenticated")]
    public async Task The_groups_are_those_that_Kubernetes_gives(string name, string group, string groups)
    {
        (string, string)[] headers = group.Length == 0 ? [("Impersonate-User", name)] : [("Impersonate-User", name), ("Impersonate-Group", group)];
        // Who is not known may not ask who he is: the refusal of something else tells the same.
        var (code, answer) = await WhoAsync(headers);
        if (groups.Contains("unauthenticated", StringComparison.Ordinal))
            Assert.Equal(403, code);
        else
            Assert.Equal(groups, string.Join(',', answer["status"]!["userInfo"]!["groups"]!.AsArray()));
    }

    [Theory]
    [InlineData("Impersonate-Extra-Scopes", "secret", "userextras.authentication.k8s.io \"secret\" is forbidden: User \"helper\" cannot impersonate resource \"userextras/scopes\" in API group \"authentication.k8s.io\" at the cluster scope")]
    [InlineData("Impersonate-Uid", "u-2", "uids.authentication.k8s.io \"u-2\" is forbidden: User \"helper\" cannot impersonate resource \"uids\" in API group \"authentication.k8s.io\" at the cluster scope")]
    public async Task Each_part_has_to_be_allowed(string header, string value, string refusal)
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(ClusterRole.Empty with
        {
            Metadata = Objects.Meta("helper", ""),
            Rules =
            [
                PolicyRule.Empty with { Verbs = ["impersonate"], ApiGroups = [""], Resources = ["users"] },
                PolicyRule.Empty with { Verbs = ["impersonate"], ApiGroups = ["authentication.k8s.io"], Resources = ["userextras/scopes"], ResourceNames = ["view"] },
                PolicyRule.Empty with { Verbs = ["impersonate"], ApiGroups = ["authentication.k8s.io"], Resources = ["uids"], ResourceNames = ["u-1"] },
            ],
        });
        await cluster.CreateAsync(ClusterRoleBinding.Empty with
        {
            Metadata = Objects.Meta("helper", ""),
            RoleRef = RoleRef.Empty with { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "helper" },
            Subjects = [Subject.Empty with { Kind = "User", ApiGroup = "rbac.authorization.k8s.io", Name = "helper" }],
        });
        UserInfo Apply(params (string Name, string Value)[] headers) => Impersonation.Apply(
            new HeaderDictionary(headers.ToDictionary(each => each.Name, each => new StringValues(each.Value))), new UserInfo("helper", [UserInfo.Authenticated]), cluster.Core.Authorizer);

        Assert.Equal(["view"], Apply(("Impersonate-User", "bob"), ("Impersonate-Extra-Scopes", "view"), ("Impersonate-Uid", "u-1")).Extra["scopes"]);
        var refused = Assert.Throws<ApiException>(() => Apply(("Impersonate-User", "bob"), (header, value)));
        Assert.Equal((403, refusal), (refused.Code, refused.Message));
        Assert.Equal(400, Assert.Throws<ApiException>(() => Apply((header, value))).Code);
    }

    private Task<(int Code, JsonNode Body)> WhoAsync(params (string Name, string Value)[] headers) =>
        shared.Running.SendAsync("POST", WhoAmI, Review, "application/json", headers);
}
