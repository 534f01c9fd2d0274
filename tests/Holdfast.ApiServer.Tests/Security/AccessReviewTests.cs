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
}
