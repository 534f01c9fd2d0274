using Holdfast.Model.Json;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Scheduling;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Problems of roles, of their bindings and of priority classes, as Kubernetes words them.</summary>
public sealed class AccessRulesTests
{
    [Theory]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}""", "")]
    [InlineData("""{"verbs":["get"],"nonResourceURLs":["/healthz"]}""", "")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"]}""", "rules[0].verbs: Required value: verbs must contain at least one value")]
    [InlineData("""{"verbs":["get"],"resources":["pods"]}""", "rules[0].apiGroups: Required value: resource rules must supply at least one api group")]
    [InlineData("""{"verbs":["get"],"apiGroups":[""]}""", "rules[0].resources: Required value: resource rules must supply at least one resource")]
    [InlineData("""{"verbs":["get"],"apiGroups":[""],"nonResourceURLs":["/x"]}""", "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: rules cannot apply to both regular resources and non-resource URLs")]
    public void What_a_cluster_role_permits_is_checked(string rule, string problem) =>
        Check<ClusterRole>($$"""{"metadata":{"name":"system:x"},"rules":[{{rule}}]}""", problem);

    [Theory]
    [InlineData("""{"verbs":["get"],"nonResourceURLs":["/x"]}""", "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs")]
    [InlineData("""{}""", "rules[0].verbs: Required value: verbs must contain at least one value", "rules[0].apiGroups: Required value: resource rules must supply at least one api group", "rules[0].resources: Required value: resource rules must supply at least one resource")]
    public void What_a_role_permits_is_checked(string rule, params string[] problems) =>
        Check<Role>($$"""{"metadata":{"name":"x","namespace":"default"},"rules":[{{rule}}]}""", problems);

    [Theory]
    [InlineData("""{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}""", "")]
    [InlineData("""{}""", "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil")]
    [InlineData("""{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"In"}]}]}""", "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    public void What_a_role_aggregates_is_checked(string aggregation, string problem) =>
        Check<ClusterRole>($$"""{"metadata":{"name":"x"},"aggregationRule":{{aggregation}}}""", problem);

    [Theory]
    [InlineData("""{"kind":"ClusterRole","name":"admin"}""", """{"kind":"ServiceAccount","name":"a"}""", "")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"Group","name":"system:masters"}""", "")]
    [InlineData("""{"kind":"Pod","name":"a"}""", "", "roleRef.kind: Unsupported value: \"Pod\": supported values: \"Role\", \"ClusterRole\"")]
    [InlineData("""{"kind":"Role"}""", "", "roleRef.name: Required value")]
    [InlineData("""{"kind":"Role","name":"a/b"}""", "", "roleRef.name: Invalid value: \"a/b\": may not contain '/'")]
    [InlineData("""{"apiGroup":"x","kind":"Role","name":"a"}""", "", "roleRef.apiGroup: Unsupported value: \"x\": supported values: \"rbac.authorization.k8s.io\"")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"Robot","name":"x"}""", "subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"User","name":"x","apiGroup":"y"}""", "subjects[0].apiGroup: Unsupported value: \"y\": supported values: \"rbac.authorization.k8s.io\"")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"ServiceAccount","name":"x","apiGroup":"y"}""", "subjects[0].apiGroup: Unsupported value: \"y\": supported values: \"\"")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"ServiceAccount","name":"A_"}""", "subjects[0].name: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"ServiceAccount"}""", "subjects[0].name: Required value")]
    public void Who_is_bound_to_what_is_checked(string role, string subject, string problem) =>
        Check<RoleBinding>($$"""{"metadata":{"name":"x","namespace":"default"},"roleRef":{{role}},"subjects":[{{subject}}]}""", problem);

    [Theory]
    [InlineData("""{"kind":"Role","name":"a"}""", """{"kind":"User","name":"x"}""", "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"")]
    [InlineData("""{"kind":"ClusterRole","name":"a"}""", """{"kind":"ServiceAccount","name":"x"}""", "subjects[0].namespace: Required value")]
    public void Who_is_bound_over_the_cluster_is_checked(string role, string subject, string problem) =>
        Check<ClusterRoleBinding>($$"""{"metadata":{"name":"x"},"roleRef":{{role}},"subjects":[{{subject}}]}""", problem);

    [Fact]
    public void A_binding_is_not_turned_to_another_role()
    {
        var rules = KindRulesCatalog.Find(ClusterRoleBinding.ResourceType)!;
        var old = rules.DefaultAny(ModelJson.Read<ClusterRoleBinding>("""{"metadata":{"name":"x","resourceVersion":"1"},"roleRef":{"kind":"ClusterRole","name":"a"}}"""));
        var turned = rules.DefaultAny(ModelJson.Read<ClusterRoleBinding>("""{"metadata":{"name":"x","resourceVersion":"1"},"roleRef":{"kind":"ClusterRole","name":"b"}}"""));
        Assert.Equal(["roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"ClusterRole\",\"Name\":\"b\"}: cannot change roleRef"],
            rules.ValidateUpdateAny(turned, old).Select(each => each.ToString()));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"mine"},"value":1000000000}""", "")]
    [InlineData("""{"metadata":{"name":"system-node-critical"},"value":2000001000}""", "")]
    [InlineData("""{"metadata":{"name":"mine"},"value":1000000001}""", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData("""{"metadata":{"name":"system-mine"},"value":1}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class")]
    [InlineData("""{"metadata":{"name":"system-node-critical"},"value":1}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000")]
    [InlineData("""{"metadata":{"name":"system-cluster-critical"},"value":2000000000,"globalDefault":true}""", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: globalDefault of system-cluster-critical PriorityClass must be false")]
    [InlineData("""{"metadata":{"name":"mine"},"value":1,"preemptionPolicy":"Sometimes"}""", "preemptionPolicy: Unsupported value: \"Sometimes\": supported values: \"PreemptLowerPriority\", \"Never\"")]
    [InlineData("""{"metadata":{"name":"mine"},"value":1,"preemptionPolicy":""}""", "preemptionPolicy: Required value")]
    [InlineData("""{"metadata":{"name":"My_class"},"value":1}""", "metadata.name: Invalid value: \"My_class\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    public void A_priority_class_is_checked(string json, string problem) => Check<PriorityClass>(json, problem);

    [Theory]
    [InlineData("""{"metadata":{"name":"x","resourceVersion":"1"},"value":2,"preemptionPolicy":"Never"}""", "value: Forbidden: may not be changed in an update.")]
    [InlineData("""{"metadata":{"name":"x","resourceVersion":"1"},"value":1}""", "preemptionPolicy: Invalid value: \"PreemptLowerPriority\": field is immutable")]
    public void A_priority_class_keeps_its_value_and_policy(string json, string problem)
    {
        var rules = KindRulesCatalog.Find(PriorityClass.ResourceType)!;
        var old = ModelJson.Read<PriorityClass>("""{"metadata":{"name":"x","resourceVersion":"1"},"value":1,"preemptionPolicy":"Never"}""");
        Assert.Equal([problem], rules.ValidateUpdateAny(rules.DefaultAny(ModelJson.Read<PriorityClass>(json)), old).Select(each => each.ToString()));
    }

    private static void Check<T>(string json, params string[] problems) where T : class, IResource<T>
    {
        var rules = KindRulesCatalog.Find(T.ResourceType)!;
        var found = rules.ValidateAny(rules.DefaultAny(ModelJson.Read<T>(json))).Select(each => each.ToString());
        Assert.Equal(problems.Where(problem => problem.Length > 0), found);
    }
}
