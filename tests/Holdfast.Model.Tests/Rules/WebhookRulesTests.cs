using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Defaults and problems of webhook configurations, as Kubernetes words them.</summary>
public sealed class WebhookRulesTests
{
    private static readonly KindRules Rules = KindRulesCatalog.Find(ValidatingWebhookConfiguration.ResourceType)!;

    private static string Hook(string more) => $$"""
        {"metadata":{"name":"c"},"webhooks":[{"name":"h.example.com","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"url":"https://a/b"}{{more}}}]}
        """;

    private static ValidatingWebhookConfiguration Read(string json) => ModelJson.Read<ValidatingWebhookConfiguration>(json);

    [Fact]
    public void Defaults_are_those_of_kubernetes()
    {
        var fields = """
            ,"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods"]}],"clientConfig":{"service":{"name":"s","namespace":"n"}}
            """;
        var hook = ((ValidatingWebhookConfiguration)Rules.DefaultAny(Read(Hook(fields)))).Webhooks[0];

        Assert.Equal(("Fail", "Equivalent", 10, "*", 443),
            (hook.FailurePolicy, hook.MatchPolicy, hook.TimeoutSeconds!.Value, hook.Rules[0].Scope, hook.ClientConfig.Service!.Port!.Value));
        Assert.NotNull(hook.NamespaceSelector);
        Assert.NotNull(hook.ObjectSelector);
    }

    [Theory]
    [InlineData(""","name":"short" """, "webhooks[0].name: Invalid value: \"short\": should be a domain with at least three segments separated by dots")]
    [InlineData(""","sideEffects":"Some" """, "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"")]
    [InlineData(""","timeoutSeconds":31""", "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [InlineData(""","failurePolicy":"Maybe" """, "webhooks[0].failurePolicy: Unsupported value: \"Maybe\": supported values: \"Fail\", \"Ignore\"")]
    [InlineData(""","admissionReviewVersions":["v9"]""", "webhooks[0].admissionReviewVersions: Invalid value: [\"v9\"]: must include at least one of v1, v1beta1")]
    [InlineData(""","admissionReviewVersions":["v1","v1"]""", "webhooks[0].admissionReviewVersions[1]: Invalid value: \"v1\": duplicate version")]
    [InlineData(""","clientConfig":{}""", "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [InlineData(""","clientConfig":{"url":"http://a/b"}""", "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]")]
    [InlineData(""","clientConfig":{"url":"https:///b"}""", "webhooks[0].clientConfig.url: Invalid value: \"\": host must be provided; desired format: https://host[/path]")]
    [InlineData(""","clientConfig":{"url":"https://a/b?c=d"}""", "webhooks[0].clientConfig.url: Invalid value: \"c=d\": query parameters are not permitted in the URL")]
    [InlineData(""","clientConfig":{"url":"https://a/b#c"}""", "webhooks[0].clientConfig.url: Invalid value: \"c\": fragments are not permitted in the URL")]
    [InlineData(""","clientConfig":{"url":"https://u@a/b"}""", "webhooks[0].clientConfig.url: Invalid value: \"u\": user information is not permitted in the URL")]
    [InlineData(""","clientConfig":{"service":{"name":"s","namespace":"n","path":"a//b"}}""",
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": must start with a '/'", "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[0] may not be empty",
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[1] may not be empty")]
    [InlineData(""","clientConfig":{"service":{"name":"","namespace":"n","port":70000}}""", "webhooks[0].clientConfig.service.name: Required value: service name is required",
        "webhooks[0].clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive")]
    [InlineData(""","rules":[{"apiGroups":["*","apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]""",
        "webhooks[0].rules[0].apiGroups: Invalid value: [\"*\",\"apps\"]: if '*' is present, must not specify other API groups")]
    [InlineData(""","rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["MAKE"],"resources":["*","pods"],"scope":"All"}]""",
        "webhooks[0].rules[0].operations[0]: Unsupported value: \"MAKE\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"",
        "webhooks[0].rules[0].resources: Invalid value: [\"*\",\"pods\"]: if '*' is present, must not specify other resources without subresources",
        "webhooks[0].rules[0].scope: Unsupported value: \"All\": supported values: \"*\", \"Cluster\", \"Namespaced\"")]
    [InlineData(""","rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods/*","pods/exec"]}]""",
        "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/exec\": if 'pods/*' is present, must not specify pods/exec")]
    [InlineData(""","matchConditions":[{"name":"","expression":" "},{"name":"a","expression":"true"},{"name":"a","expression":"true"}]""",
        "webhooks[0].matchConditions[0].expression: Required value", "webhooks[0].matchConditions[0].name: Required value",
        "webhooks[0].matchConditions[2].name: Duplicate value: \"a\"")]
    public void Every_problem_is_told_in_the_words_of_kubernetes(string more, params string[] problems) =>
        Assert.Equal(problems, Rules.ValidateAny(Rules.DefaultAny(Read(Hook(more)))).Select(problem => problem.ToString()));
}
