using System.Text;
using Holdfast.ApiServer.Http;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;
using Holdfast.Steward.Running;
using StewardRules = Holdfast.Model.Stewards.StewardRules;

namespace Holdfast.Steward.Tests.Definition;

/// <summary>The definition is one that Kubernetes takes, and says the same as the records and their rules.</summary>
public sealed class DefinitionTests
{
    private const string Plain = """
        {"apiVersion": "holdfast.dev/v1alpha1", "kind": "Steward", "metadata": {"name": "ledger-store", "namespace": "default"},
         "spec": {"targetRef": {"name": "ledger-store"}, "member": {"preset": "ledger-store"},
                  "rollout": {"gates": [{"name": "backlog", "member": {"field": "migrationBacklog"}, "atMost": 0}]} } }
        """;

    [Fact]
    public void The_definition_breaks_no_rule_of_the_API()
    {
        var rules = KindRulesCatalog.Find(CustomResourceDefinition.ResourceType)!;
        var errors = rules.ValidateAny(rules.PrepareForCreateAny(rules.DefaultAny(Definition())));
        Assert.Equal("", string.Join('\n', errors));
    }

    [Fact]
    public void Every_column_shows_a_place_that_the_schema_has()
    {
        Assert.All(Kind().Columns, column => Assert.NotNull(column.Path));
        Assert.NotNull(Kind().Scale);
        Assert.True(Kind().HasStatus);
    }

    [Fact]
    public void The_definition_and_the_rules_fill_in_the_same()
    {
        var issues = new DecodeIssues();
        var defined = (CustomObject)Kind().Codec.Read(Encoding.UTF8.GetBytes(Plain), issues);
        Assert.Empty(issues.UnknownFields);
        var read = ModelJson.Read<StewardResource>(ModelJson.ToBytes(defined.Write));
        Assert.Equal(new StewardRules().Default(ModelJson.Read<StewardResource>(Plain)), read);
        Assert.Equal("Rollback", read.Spec.Rollout.OnFailure);
    }

    [Fact]
    public void What_the_records_write_the_schema_knows_and_takes()
    {
        var issues = new DecodeIssues();
        var written = ModelJson.ToBytes(Samples.Everything());
        var read = (CustomObject)Kind().Codec.Read(written, issues);
        Assert.Empty(issues.UnknownFields);
        Assert.Equal("", string.Join('\n', Kind().Rules.ValidateAny(read)));
        Assert.Equal(Samples.Everything(), ModelJson.Read<StewardResource>(ModelJson.ToBytes(read.Write)));
    }

    [Theory]
    [InlineData("spec.rollout.soak", "\"ten minutes\"")]
    [InlineData("spec.rollout.soak", "\"-1s\"")]
    [InlineData("spec.rollout.onFailure", "\"Hope\"")]
    [InlineData("spec.replicas", "0")]
    [InlineData("spec.quorum.rule", "\"Any\"")]
    [InlineData("spec.targetRef.kind", "\"Deployment\"")]
    public void The_schema_refuses_what_is_impossible(string field, string value)
    {
        var steward = System.Text.Json.Nodes.JsonNode.Parse(Plain)!;
        var at = steward;
        var names = field.Split('.');
        foreach (var name in names[..^1])
        {
            at = at![name] ??= new System.Text.Json.Nodes.JsonObject();
        }
        at![names[^1]] = System.Text.Json.Nodes.JsonNode.Parse(value);
        var read = Kind().Codec.Read(Encoding.UTF8.GetBytes(steward.ToJsonString()), new DecodeIssues());
        Assert.Contains(Kind().Rules.ValidateAny(read), error => error.Field == field);
    }

    private static CustomResourceDefinition Definition() => ModelJson.Read<CustomResourceDefinition>(YamlJson.Convert(StewardDefinition.Yaml()));

    private static CustomKind Kind()
    {
        var definition = (CustomResourceDefinition)KindRulesCatalog.Find(CustomResourceDefinition.ResourceType)!.DefaultAny(Definition());
        return CustomKind.Of(definition with { Status = definition.Status with { AcceptedNames = definition.Spec.Names } }, _ => null).Single();
    }
}
