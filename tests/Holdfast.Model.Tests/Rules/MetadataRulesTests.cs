using System.Collections.Immutable;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.Rules;

/// <summary>The rules of metadata, seen at a ConfigMap, and of the names of kinds that have others.</summary>
public sealed class MetadataRulesTests
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + @"(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    [Theory]
    [InlineData("""{"namespace":"ns"}""", "metadata.name: Required value: name or generateName is required")]
    [InlineData("""{"name":"A","namespace":"ns"}""", "metadata.name: Invalid value: \"A\": " + Subdomain)]
    [InlineData("""{"name":"a"}""", "metadata.namespace: Required value")]
    [InlineData("""{"name":"a","namespace":"a.b"}""", "metadata.namespace: Invalid value: \"a.b\": must not contain dots")]
    [InlineData("""{"name":"a","namespace":"ns","labels":{"k":"-"}}""", "metadata.labels: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("""{"name":"a","namespace":"ns","labels":{"/k":""}}""", "metadata.labels: Invalid value: \"/k\": prefix part must be non-empty")]
    [InlineData("""{"name":"a","namespace":"ns","labels":{"a/b/c":""}}""", "metadata.labels: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')")]
    [InlineData("""{"name":"a","namespace":"ns","finalizers":["mine"]}""", "metadata.finalizers[0]: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("""{"name":"a","namespace":"ns","finalizers":["orphan","foregroundDeletion"]}""", "metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be both set")]
    [InlineData("""{"name":"a","namespace":"ns","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"","uid":"u"}]}""", "metadata.ownerReferences.name: Invalid value: \"\": must not be empty")]
    public void Bad_metadata_is_refused_with_exactly_its_problem(string metadata, string problem) =>
        Assert.Equal(problem, Assert.Single(Validate(ModelJson.Read<ObjectMeta>(metadata))).ToString());

    [Fact]
    public void Annotations_may_be_large_but_not_larger_together()
    {
        var meta = Good with { Annotations = ValueMap.Of(("a", new string('x', (256 * 1024) - 1))) };
        Assert.Empty(Validate(meta));
        Assert.Equal(
            "metadata.annotations: Too long: may not be more than 262144 bytes",
            Assert.Single(Validate(meta with { Annotations = meta.Annotations.SetItem("b", "") })).ToString());
    }

    [Fact]
    public void A_beginning_of_a_name_may_end_with_a_hyphen() => Assert.Empty(Validate(Good with { GenerateName = "web-", Name = "web-x7k2p" }));

    [Fact]
    public void Only_one_owner_controls_an_object()
    {
        var owner = new OwnerReference { ApiVersion = "v1", Kind = "Pod", Name = "a", Uid = "1", Controller = true };
        var problem = Assert.Single(Validate(Good with { OwnerReferences = [owner, owner with { Name = "b", Uid = "2" }] }));
        Assert.Equal("metadata.ownerReferences", problem.Field);
        Assert.EndsWith("Only one reference can have Controller set to true. Found \"true\" in references for Pod/a and Pod/b", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_is_being_deleted_takes_no_new_finalizers()
    {
        var old = Good with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = ["example.com/a"] };
        var errors = KindRulesCatalog.Find(ConfigMap.ResourceType)!.ValidateUpdateAny(
            ConfigMap.Empty with { Metadata = old with { Finalizers = ["example.com/a", "example.com/b"] } }, ConfigMap.Empty with { Metadata = old });
        Assert.Equal(
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/b\"}",
            Assert.Single(errors).ToString());
    }

    [Fact]
    public void A_services_name_begins_with_a_letter_and_a_roles_name_may_hold_colons()
    {
        var service = ModelJson.Read<Service>("""{"metadata":{"name":"1a","namespace":"ns"},"spec":{"clusterIP":"None","clusterIPs":["None"]}}""");
        var rules = KindRulesCatalog.Find(Service.ResourceType)!;
        Assert.StartsWith("Invalid value: \"1a\": a DNS-1035 label", Assert.Single(rules.ValidateAny(rules.DefaultAny(service))).Detail, StringComparison.Ordinal);
        var role = Rbac.ClusterRole.Empty with { Metadata = ObjectMeta.Empty with { Name = "system:node" } };
        Assert.Empty(KindRulesCatalog.Find(Rbac.ClusterRole.ResourceType)!.ValidateAny(role));
    }

    private static ObjectMeta Good { get; } = ObjectMeta.Empty with { Name = "a", Namespace = "ns", ResourceVersion = "1" };

    private static ImmutableArray<FieldError> Validate(ObjectMeta meta) =>
        KindRulesCatalog.Find(ConfigMap.ResourceType)!.ValidateAny(ConfigMap.Empty with { Metadata = meta });
}
