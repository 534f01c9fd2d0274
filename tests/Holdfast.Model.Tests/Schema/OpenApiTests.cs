using System.Text.Json.Nodes;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;
using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Schema;

public sealed class OpenApiTests
{
    private const string Prefix = "#/components/schemas/";

    // Types with a form of their own in JSON.
    private static readonly Dictionary<string, string> Scalars = new(StringComparer.Ordinal)
    {
        ["io.k8s.apimachinery.pkg.api.resource.Quantity"] = "Quantity",
        ["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = "IntOrString",
        ["io.k8s.apimachinery.pkg.apis.meta.v1.Time"] = "Time",
        ["io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"] = "MicroTime",
        ["io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"] = "Json",
        ["io.k8s.apimachinery.pkg.runtime.RawExtension"] = "Json",
        ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON"] = "Json",
    };

    [Fact]
    public void Every_type_has_the_fields_shapes_and_merge_rules_that_Kubernetes_documents()
    {
        var documented = Documented();
        var differences = new List<string>();
        Assert.True(ModelTypes.Schemas.Count > 200);
        if (documented.Count > 0)
        {
            foreach (var schema in ModelTypes.Schemas.Values.Where(schema => schema.Name.StartsWith("io.k8s.", StringComparison.Ordinal)))
            {
                if (documented.TryGetValue(schema.Name, out var type))
                {
                    Compare(schema, type, differences);
                }
                else
                {
                    differences.Add($"{schema.Name}: not documented");
                }
            }
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Every_kind_has_a_shape_whose_parts_can_all_be_reached()
    {
        var seen = new HashSet<TypeSchema>();
        var waiting = new Queue<TypeSchema>(ResourceCatalog.Codecs.Select(codec => codec.Schema));
        while (waiting.TryDequeue(out var type))
        {
            if (seen.Add(type))
            {
                foreach (var field in type.Fields)
                {
                    var shape = field.Shape;
                    while (shape.Element is { } element)
                    {
                        shape = element;
                    }
                    if (shape.Type is { } part)
                    {
                        waiting.Enqueue(part);
                    }
                    Assert.True(field.MergeKey is null || shape.Type!.Find(field.MergeKey) is not null, $"{type.Name}.{field.JsonName}: no merge key {field.MergeKey}");
                    Assert.All(field.MapKeys, key => Assert.NotNull(shape.Type!.Find(key)));
                }
            }
        }
        Assert.True(seen.Count > 200);
    }

    private static Dictionary<string, JsonObject> Documented()
    {
        var types = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var file in SharedFolder.Files("kubernetes-openapi"))
        {
            foreach (var (name, type) in JsonNode.Parse(File.ReadAllText(file))!["components"]!["schemas"]!.AsObject())
            {
                types[name] = type!.AsObject();
            }
        }
        return types;
    }

    private static void Compare(TypeSchema schema, JsonObject type, List<string> differences)
    {
        var properties = type["properties"] as JsonObject ?? [];
        var required = (type["required"] as JsonArray ?? []).Select(name => (string)name!).ToHashSet(StringComparer.Ordinal);
        foreach (var name in schema.Fields.Select(field => field.JsonName).Except(properties.Select(property => property.Key)))
        {
            differences.Add($"{schema.Name}.{name}: not in Kubernetes");
        }
        foreach (var (name, property) in properties)
        {
            if (schema.Find(name) is not { } field)
            {
                differences.Add($"{schema.Name}.{name}: missing");
                continue;
            }
            var (ours, theirs) = (Describe(field), Describe(property!.AsObject(), required.Contains(name)));
            if (ours != theirs)
            {
                differences.Add($"{schema.Name}.{name}: {ours}, in Kubernetes {theirs}");
            }
        }
        if (schema.IsAtomic != ((string?)type["x-kubernetes-map-type"] == "atomic"))
        {
            differences.Add($"{schema.Name}: atomic {schema.IsAtomic}");
        }
    }

    private static string Describe(FieldSchema field) =>
        $"{ShapeOf(field.Shape)}{(field.IsRequired ? " required" : "")}"
        + (field.ListKind is { } kind ? $" list={kind.ToString().ToLowerInvariant()}" : "")
        + (field.MapKeys.IsEmpty ? "" : $" keys={string.Join(',', field.MapKeys)}")
        + (field.MergeKey is { } key ? $" merge={key}" : "")
        + (field.PatchStrategies.IsEmpty ? "" : $" strategy={string.Join(',', field.PatchStrategies)}")
        + (field.IsAtomic ? " atomic" : "");

    private static string Describe(JsonObject property, bool isRequired) =>
        $"{ShapeOf(property)}{(isRequired ? " required" : "")}"
        + ((string?)property["x-kubernetes-list-type"] is { } kind ? $" list={kind}" : "")
        + (property["x-kubernetes-list-map-keys"] is JsonArray keys ? $" keys={string.Join(',', keys)}" : "")
        + ((string?)property["x-kubernetes-patch-merge-key"] is { } key ? $" merge={key}" : "")
        + ((string?)property["x-kubernetes-patch-strategy"] is { } strategy ? $" strategy={strategy}" : "")
        + ((string?)property["x-kubernetes-map-type"] == "atomic" ? " atomic" : "");

    private static string ShapeOf(Shape shape) => shape.Kind switch
    {
        ShapeKind.Object => shape.Type!.Name,
        ShapeKind.List => "[]" + ShapeOf(shape.Element!),
        ShapeKind.Map => "map:" + ShapeOf(shape.Element!),
        var kind => kind.ToString(),
    };

    private static string ShapeOf(JsonNode property) =>
        (string?)(property["$ref"] ?? property["allOf"]?[0]?["$ref"]) is { } reference
            ? Scalars.GetValueOrDefault(reference[Prefix.Length..], reference[Prefix.Length..])
            : ((string?)property["type"], (string?)property["format"]) switch
            {
                ("string", "byte") => "Bytes",
                ("string", _) => "String",
                ("integer", "int32") => "Int32",
                ("integer", _) => "Int64",
                ("number", _) => "Double",
                ("boolean", _) => "Boolean",
                ("array", _) => "[]" + ShapeOf(property["items"]!),
                ("object", _) when property["additionalProperties"] is { } values => "map:" + ShapeOf(values),
                _ => "Json",
            };
}
