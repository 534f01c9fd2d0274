using System.Text.Json.Nodes;
using Holdfast.ApiServer.OpenApi;
using Holdfast.ApiServer.Registry;

namespace Holdfast.ApiServer.Tests.OpenApi;

public sealed class ServedDocumentsTests
{
    private static readonly ServedResources Served = ServedResources.OfModel();

    private readonly OpenApiDocuments _documents = new(Served);

    [Fact]
    public void The_index_names_a_document_of_each_group_and_version_by_its_content()
    {
        var paths = Read("/openapi/v3")["paths"]!.AsObject();
        Assert.Equal(Served.All.Select(each => Root(each.Type)[1..]).Distinct().Order(StringComparer.Ordinal),
            paths.Select(path => path.Key));
        foreach (var (name, entry) in paths)
        {
            var parts = ((string)entry!["serverRelativeURL"]!).Split("?hash=");
            Assert.Equal($"/openapi/v3/{name}", parts[0]);
            Assert.Equal($"\"{parts[1]}\"", _documents.Find(parts[0], "")!.ETag);
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var path in Read("/openapi/v3")["paths"]!.AsObject().Select(each => "/openapi/v3/" + each.Key).Append("/openapi/v2"))
        {
            var document = Read(path);
            var schemas = (document["definitions"] ?? document["components"]!["schemas"])!.AsObject();
            Assert.All(References(document), name => Assert.True(schemas.ContainsKey(name), $"{path}: {name}"));
        }
    }

    [Fact]
    public void Everything_that_is_served_is_described()
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in Read("/openapi/v3")["paths"]!.AsObject().Select(each => "/openapi/v3/" + each.Key).Append("/openapi/v2"))
        {
            var document = Read(path);
            foreach (var (name, schema) in (document["definitions"] ?? document["components"]!["schemas"])!.AsObject())
            {
                Note(missing, name, schema!);
                foreach (var (field, value) in schema!["properties"]?.AsObject() ?? [])
                    Note(missing, $"{name}.{field}", value!);
            }
        }
        Assert.Equal("", string.Join('\n', missing));
    }

    [Fact]
    public void A_patch_of_any_stored_kind_says_that_it_takes_field_validation_and_dry_runs()
    {
        foreach (var resource in Served.All.Where(each => !each.IsPostedOnly))
        {
            var type = resource.Type;
            var root = Root(type);
            var path = $"{root}{(type.IsNamespaced ? "/namespaces/{namespace}" : "")}/{type.Plural}/{{name}}";
            var patch = Read("/openapi/v3" + root)["paths"]![path]!["patch"]!;
            var kind = patch["x-kubernetes-group-version-kind"]!;
            Assert.Equal((type.Group, type.Version, type.Kind), ((string)kind["group"]!, (string)kind["version"]!, (string)kind["kind"]!));
            Assert.Equal(["dryRun", "fieldManager", "fieldValidation", "force"], patch["parameters"]!.AsArray().Select(each => (string)each!["name"]!));
        }
    }

    // kubectl asks the first that it meets, and meets them in any order.
    [Fact]
    public void Every_patch_that_is_of_a_kind_s_objects_says_so()
    {
        var kinds = Served.All.Select(each => (each.Type.Group, each.Type.Version, each.Type.Kind)).ToHashSet();
        foreach (var root in Served.All.Select(each => Root(each.Type)).Distinct())
        {
            foreach (var (path, operations) in Read("/openapi/v3" + root)["paths"]!.AsObject())
            {
                if (operations!["patch"] is not { } patch)
                    continue;
                var kind = patch["x-kubernetes-group-version-kind"]!;
                var isOfObjects = kinds.Contains(((string)kind["group"]!, (string)kind["version"]!, (string)kind["kind"]!)) || (string?)kind["kind"] == "Scale";
                Assert.True(isOfObjects == patch["parameters"]!.AsArray().Any(each => (string)each!["name"]! == "fieldValidation"), path);
            }
        }
    }

    [Fact]
    public void A_change_of_what_is_served_leaves_the_documents_of_other_groups_as_they_are()
    {
        var served = ServedResources.OfModel();
        var documents = new OpenApiDocuments(served);
        var (core, apps) = (documents.Find("/openapi/v3/api/v1", "")!, documents.Find("/openapi/v3/apis/apps/v1", "")!);
        served.Withdraw(Model.Apps.StatefulSet.ResourceType);
        Assert.Same(core, documents.Find("/openapi/v3/api/v1", ""));
        var changed = documents.Find("/openapi/v3/apis/apps/v1", "")!;
        Assert.NotEqual(apps.ETag, changed.ETag);
        Assert.Null(JsonNode.Parse(changed.Body.Span)!["components"]!["schemas"]!["io.k8s.api.apps.v1.StatefulSet"]);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/com.github.proto-openapi.spec.v3@v1.0+protobuf, application/json;q=0.5", true)]
    [InlineData("*/*", true)]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf", true)]
    [InlineData("application/vnd.kubernetes.protobuf", false)]
    public void Only_what_is_accepted_is_answered(string accept, bool isFound) =>
        Assert.Equal(isFound, _documents.Find("/openapi/v2", accept) is not null);

    [Fact]
    public void There_is_no_document_of_a_group_that_is_not_served() => Assert.Null(_documents.Find("/openapi/v3/apis/nothing.example/v1", ""));

    private static string Root(Model.Resources.ResourceType type) => type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";

    private JsonNode Read(string path) => JsonNode.Parse(_documents.Find(path, "application/json")!.Body.Span)!;

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(each => each.Key == "$ref" && each.Value is JsonValue value
            ? [((string)value!)[(((string)value!).LastIndexOf('/') + 1)..]]
            : References(each.Value)),
        JsonArray found => found.SelectMany(References),
        _ => [],
    };

    // A reference that nothing stands beside is described where it leads.
    private static void Note(SortedSet<string> missing, string name, JsonNode schema)
    {
        if (schema["$ref"] is null && string.IsNullOrWhiteSpace((string?)schema["description"]))
            missing.Add(name);
    }
}
