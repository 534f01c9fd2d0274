namespace Holdfast.ApiServer.Tests;

public sealed class AccessReviewTests(SharedServer shared)
{
    private const string Path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

    [Theory]
    [InlineData("{}", "[spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: \"\": at least one of user or group must be specified]")]
    [InlineData("""{"user":"bob"}""", "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [InlineData("""{"resourceAttributes":{"verb":"get","resource":"pods"}}""", "spec.user: Invalid value: \"\": at least one of user or group must be specified")]
    [InlineData("""{"user":"bob","resourceAttributes":{"verb":"get","resource":"pods"},"nonResourceAttributes":{"verb":"get","path":"/x"}}""", "spec.nonResourceAttributes: Invalid value: {\"path\":\"/x\",\"verb\":\"get\"}: cannot be specified in combination with resourceAttributes")]
    public async Task A_review_that_asks_nothing_is_refused_with_all_that_is_missing(string spec, string problem)
    {
        var (code, status) = await shared.Running.SendAsync("POST", Path, $$"""{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{{spec}}}""");
        Assert.Equal((422, "SubjectAccessReview.authorization.k8s.io \"\" is invalid: " + problem), (code, (string)status["message"]!));
    }

    private const string Bob = """ "user":"bob", """;

    [Theory]
    [InlineData(""" "fieldSelector":{} """, "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required")]
    [InlineData(""" "labelSelector":{"rawSelector":"a=b","requirements":[{"key":"a","operator":"Exists"}]} """, "spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"a=b\": may not specified at the same time as requirements")]
    [InlineData(""" "fieldSelector":{"requirements":[{"key":"","operator":"In"}]} """, "[spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified, spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn']")]
    [InlineData(""" "labelSelector":{"requirements":[{"key":"a","operator":"Exists","values":["b"]}]} """, "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    public async Task The_selectors_that_a_review_asks_about_are_checked_in_each_kind_of_review(string selector, string problem)
    {
        foreach (var (kind, path, who) in new[]
        {
            ("SubjectAccessReview", Path, Bob), ("SelfSubjectAccessReview", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ""),
            ("LocalSubjectAccessReview", "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews", Bob),
        })
        {
            var space = who.Length > 0 && kind[0] == 'L' ? "default" : "";
            var (code, status) = await shared.Running.SendAsync("POST", path,
                $$"""{"apiVersion":"authorization.k8s.io/v1","kind":"{{kind}}","spec":{ {{who}} "resourceAttributes":{"namespace":"{{space}}","verb":"list","resource":"pods",{{selector}} } } }""");
            Assert.Equal((422, $"{kind}.authorization.k8s.io \"\" is invalid: {problem}"), (code, (string)status["message"]!));
        }
    }

    [Fact]
    public async Task An_operator_of_a_later_version_is_let_pass()
    {
        var (code, _) = await shared.Running.SendAsync("POST", Path,
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"requirements":[{"key":"a","operator":"Later"}]}}}}""");
        Assert.Equal(201, code);
    }

    [Fact]
    public async Task A_review_has_no_metadata_and_that_of_one_namespace_asks_about_no_other()
    {
        var (code, status) = await shared.Running.SendAsync("POST", Path,
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","metadata":{"name":"x"},"spec":{"user":"bob","resourceAttributes":{"verb":"list","resource":"pods"}}}""");
        Assert.Equal((422, "SubjectAccessReview.authorization.k8s.io \"\" is invalid: metadata: Invalid value: {\"name\":\"x\"}: must be empty"), (code, (string)status["message"]!));
        (code, status) = await shared.Running.SendAsync("POST", "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews",
            """{"apiVersion":"authorization.k8s.io/v1","kind":"LocalSubjectAccessReview","spec":{"user":"bob","resourceAttributes":{"namespace":"other","verb":"list","resource":"pods"}}}""");
        Assert.Equal((422, "LocalSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes.namespace: Invalid value: \"other\": must match metadata.namespace"), (code, (string)status["message"]!));
    }
}
