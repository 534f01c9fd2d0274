using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.CustomResources;

/// <summary>What is said of definitions that cannot be.</summary>
public sealed class DefinitionValidationTests
{
    private static readonly KindRules Rules = KindRulesCatalog.Find(CustomResourceDefinition.ResourceType)!;

    private static CustomResourceDefinition Definition(string schema, string more = "", string versions = "") => ModelJson.Read<CustomResourceDefinition>($$$"""
        {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}{{{more}}}}{{{versions}}}]}}
        """);

    private static string[] Problems(CustomResourceDefinition definition) =>
        [.. Rules.ValidateAny(Rules.PrepareForCreateAny(Rules.DefaultAny(definition))).Select(error => error.ToString())];

    [Fact]
    public void Names_and_conversion_have_defaults()
    {
        var spec = ((CustomResourceDefinition)Rules.DefaultAny(Definition("{\"type\":\"object\"}"))).Spec;
        Assert.Equal(("widget", "WidgetList", "None"), (spec.Names.Singular, spec.Names.ListKind, spec.Conversion!.Strategy));
    }

    [Fact]
    public void A_structural_schema_is_taken() => Assert.Empty(Problems(Definition("""
        {"type":"object","properties":{"spec":{"type":"object","required":["a"],"properties":{"a":{"type":"string","default":"x"},"p":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
        "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","required":["n"],"properties":{"n":{"type":"string"}}}}},
        "oneOf":[{"required":["a"]},{"required":["p"]}]}}}
        """)));

    [Theory]
    [InlineData("""{"type":"string","format":"date-time"}""")]
    [InlineData("""{"type":"string","format":"k8s-short-name"}""")]
    [InlineData("""{"type":"string","format":"quantity"}""")]
    [InlineData("""{"type":"integer","format":"int32"}""")]
    [InlineData("""{"type":"number","format":"double"}""")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"format":"uuid"}""")]
    [InlineData("""{"type":"string","format":"e-mail address"}""", "unrecognized format \"e-mail address\"")]
    [InlineData("""{"type":"string","format":"int32"}""", "unrecognized format \"int32\"")]
    [InlineData("""{"type":"integer","format":"uint64"}""", "unrecognized format \"uint64\"")]
    [InlineData("""{"type":"array","format":"cidr","items":{"type":"string"}}""", "unrecognized format \"cidr\"")]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"x":{"type":"string","format":"one"},"y":{"type":"boolean","format":"two"},"z":{"type":"string","format":"one"}}}}""",
        "unrecognized format \"one\"", "unrecognized format \"two\"")]
    public void A_format_that_holds_for_everything_is_warned_of_when_it_is_new(string schema, params string[] warnings)
    {
        var definition = Definition($$$"""{"type":"object","properties":{"a":{{{schema}}}}}""");
        Assert.Equal(warnings, Rules.WarningsAny(definition, null));
        Assert.Empty(Rules.WarningsAny(definition with { Metadata = definition.Metadata with { Generation = 2 } }, definition));
        Assert.Equal(warnings, Rules.WarningsAny(definition, Definition("""{"type":"object"}""")));
    }

    [Theory]
    [InlineData("{}", "spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"string"}""", "spec.validation.openAPIV3Schema.type: Invalid value: \"string\": must be object at the root")]
    [InlineData("""{"type":"object","properties":{"spec":{}}}""", "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "spec.validation.openAPIV3Schema.properties[a].items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{}}}}""", "spec.validation.openAPIV3Schema.properties[a].items.type: Required value: must not be empty for specified array items")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","allOf":[{"type":"string"}]}}}""", "spec.validation.openAPIV3Schema.properties[a].allOf[0].type: Forbidden: must be empty to be structural")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","anyOf":[{"properties":{"b":{"minimum":1}}}]}}}""", "spec.validation.openAPIV3Schema.properties[a].properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.properties[a].anyOf[0].properties[b]")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""", "spec.validation.openAPIV3Schema.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", "spec.validation.openAPIV3Schema.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","$ref":"#/x"}}}""", "spec.validation.openAPIV3Schema.properties[a].$ref: Forbidden: $ref is not supported")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"float"}}}""", "spec.validation.openAPIV3Schema.properties[a].type: Unsupported value: \"float\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-preserve-unknown-fields":false}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-map-type":"atomic"}}}""", "spec.validation.openAPIV3Schema.properties[a].type: Invalid value: \"string\": must be object if x-kubernetes-map-type is specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"bag","items":{"type":"string"}}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-list-type: Unsupported value: \"bag\": supported values: \"atomic\", \"set\", \"map\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}}}""", "spec.validation.openAPIV3Schema.properties[a].items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"n":{"type":"string"}}}}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", "spec.validation.openAPIV3Schema.properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: *")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", "spec.validation.openAPIV3Schema.properties[a].default: Invalid value: \"string\": spec.validation.openAPIV3Schema.properties[a].default in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{"z":1},"properties":{"b":{"type":"string"}}}}}""", "spec.validation.openAPIV3Schema.properties[a].default: Invalid value: {\"z\":1}: must not have unknown fields")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""", "spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("""{"type":"object","nullable":true}""", "spec.validation.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":" "}]}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[0].rule: Required value: rule is not specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-validations":[{"rule":"true","reason":"Odd"}]}}}""", "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[0].reason: Unsupported value: \"Odd\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    public void A_schema_that_is_not_structural_is_refused_in_the_words_of_Kubernetes(string schema, string expected)
    {
        var problem = Assert.Single(Problems(Definition(schema)));
        if (expected.EndsWith('*'))
            Assert.StartsWith(expected[..^1], problem, StringComparison.Ordinal);
        else
            Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData(""","subresources":{"scale":{"specReplicasPath":".status.x","statusReplicasPath":"x"}}""", "spec.subresources.scale.specReplicasPath: Invalid value: \".status.x\": should be a json path under .spec|spec.subresources.scale.statusReplicasPath: Invalid value: \"x\": must be a simple json path starting with .")]
    [InlineData(""","additionalPrinterColumns":[{"name":"A","type":"text","jsonPath":".a"}]""", "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string")]
    [InlineData(""","selectableFields":[{"jsonPath":".spec.none"}]""", "spec.selectableFields[0].jsonPath: Invalid value: \".spec.none\": is an invalid path: does not refer to a valid field")]
    [InlineData(",\"deprecationWarning\":\"old\"", "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions")]
    public void The_parts_of_a_version_are_checked(string more, string expected) =>
        Assert.Equal(expected.Split('|'), Problems(Definition("""{"type":"object"}""", more)));

    [Theory]
    [InlineData("spec.a", "is an invalid path: expected [ or . but got: spec")]
    [InlineData(".spec['a']", "is an invalid path: array notation is not allowed")]
    [InlineData(".spec.", "is an invalid path: unexpected end of JSON path")]
    [InlineData(".spec.z", "is an invalid path: does not refer to a valid field")]
    [InlineData(".spec", "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")]
    [InlineData(".spec.n", "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")]
    [InlineData(".metadata.name", "must not point to fields in metadata")]
    [InlineData(".spec.a", null)]
    public void A_selectable_field_is_a_path_to_a_plain_value(string field, string? expected) => Assert.Equal(
        expected is null ? [] : [$"spec.selectableFields[0].jsonPath: Invalid value: \"{field}\": {expected}"],
        Problems(Definition(
            """{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string"}}},"spec":{"type":"object","properties":{"a":{"type":"string"},"n":{"type":"number"}}}}}""",
            $$$""","selectableFields":[{"jsonPath":"{{{field}}}"}]""")));

    [Theory]
    [InlineData(".a", true)]
    [InlineData("['a']", true)]
    [InlineData(".m['some.key'].b", true)]
    [InlineData(".m.key.b", true)]
    [InlineData("['it\\\\'s']", true)]
    [InlineData(".z", false)]
    [InlineData("a", false)]
    [InlineData(".a[0]", false)]
    [InlineData(".m['key]", false)]
    [InlineData(".m['\\\\q']", false)]
    public void The_field_of_a_rule_is_a_path_below_it(string field, bool isTaken)
    {
        const string schema = """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},"it's":{"type":"string"},
            "m":{"type":"object","additionalProperties":{"type":"object","properties":{"b":{"type":"string"}}}}},"x-kubernetes-validations":[{"rule":"true","fieldPath":"FIELD"}]}}}
            """;
        var problems = Problems(Definition(schema.Replace("FIELD", field, StringComparison.Ordinal)));
        if (isTaken)
            Assert.Empty(problems);
        else
            Assert.EndsWith("fieldPath must be a valid path", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"Pod","metadata":{"name":"p"}}""", "spec.validation.openAPIV3Schema.properties[a].default.apiVersion: Required value: must not be empty")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""", null)]
    public void A_default_with_an_object_in_it_has_to_be_one(string value, string? expected) => Assert.Equal(
        expected is null ? [] : [expected],
        Problems(Definition("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true,"default":VALUE}}}"""
            .Replace("VALUE", value, StringComparison.Ordinal))));

    [Theory]
    [InlineData("gone\\u0007 soon", "must only contain printable UTF-8 characters; non-printable character found at index 4")]
    [InlineData("\\u00e9t\\u00e9\\u200b", "must only contain printable UTF-8 characters; non-printable character found at index 5")]
    [InlineData("", "must not be an empty string")]
    [InlineData("Use example.com/v2 \\u2026", null)]
    public void A_deprecation_is_told_in_words_that_can_be_printed(string warning, string? expected)
    {
        var problems = Problems(Definition("""{"type":"object"}""", $",\"deprecated\":true,\"deprecationWarning\":\"{warning}\""));
        if (expected is null)
            Assert.Empty(problems);
        else
            Assert.EndsWith(expected, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_that_differ_are_told_apart() => Assert.Equal(
        ["spec.versions[1].schema.openAPIV3Schema.properties[b].type: Required value: must not be empty for specified object fields"],
        Problems(Definition("""{"type":"object"}""", versions: """,{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","properties":{"b":{}}}}}""")));

    [Fact]
    public void Exactly_one_version_is_stored() => Assert.Contains(
        Problems(Definition("""{"type":"object"}""", versions: """,{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""")),
        problem => problem.EndsWith("must have exactly one version marked as storage version", StringComparison.Ordinal));

    [Fact]
    public void Conversion_by_a_webhook_is_refused_by_name()
    {
        var definition = Definition("""{"type":"object"}""");
        var asked = definition with { Spec = definition.Spec with { Conversion = CustomResourceConversion.Empty with { Strategy = "Webhook" } } };
        Assert.StartsWith("spec.conversion.strategy: Invalid value: \"Webhook\": conversion webhooks are not supported", Assert.Single(Problems(asked)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_of_the_community_needs_its_approval()
    {
        var definition = Definition("""{"type":"object"}""");
        var asked = definition with { Metadata = definition.Metadata with { Name = "widgets.x.k8s.io" }, Spec = definition.Spec with { Group = "x.k8s.io" } };
        Assert.StartsWith("metadata.annotations[api-approved.kubernetes.io]: Required value", Assert.Single(Problems(asked)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_objects_are_stored_by_does_not_change_once_it_is_established()
    {
        var old = (CustomResourceDefinition)Rules.PrepareForCreateAny(Rules.DefaultAny(Definition("""{"type":"object"}""")));
        old = old with
        {
            Metadata = old.Metadata with { ResourceVersion = "1" },
            Status = old.Status with { Conditions = [CustomResourceDefinitionCondition.Empty with { Type = "Established", Status = "True" }] },
        };
        var changed = old with { Spec = old.Spec with { Scope = "Cluster", Names = old.Spec.Names with { Kind = "Gadget" } } };
        Assert.Equal(
            ["spec.scope: Invalid value: \"Cluster\": field is immutable", "spec.names.kind: Invalid value: \"Gadget\": field is immutable"],
            Rules.ValidateUpdateAny(changed, old).Select(error => error.ToString()));
    }

    [Fact]
    public void A_version_that_objects_are_stored_in_stays_in_the_definition()
    {
        var old = (CustomResourceDefinition)Rules.PrepareForCreateAny(Rules.DefaultAny(Definition("""{"type":"object"}""")));
        old = old with { Metadata = old.Metadata with { ResourceVersion = "1" } };
        var renamed = old with { Spec = old.Spec with { Versions = [old.Spec.Versions[0] with { Name = "v2" }] } };
        var problem = Assert.Single(Rules.ValidateUpdateAny((CustomResourceDefinition)Rules.PrepareForUpdateAny(renamed, old), old));
        Assert.StartsWith("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions; v1 was previously a storage version", problem.ToString(), StringComparison.Ordinal);
    }
}
