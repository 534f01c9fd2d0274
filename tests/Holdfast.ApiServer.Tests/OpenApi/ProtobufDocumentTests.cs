using System.Text;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.OpenApi;
using Holdfast.ApiServer.Registry;

namespace Holdfast.ApiServer.Tests.OpenApi;

/// <summary>OpenAPI 3.0 in protocol buffers, by the field numbers of gnostic's <c>openapi.v3</c>.</summary>
public sealed class ProtobufDocumentTests(SharedServer shared)
{
    private const string Protobuf = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
    private const string OldProtobuf = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
    private readonly OpenApiDocuments _documents = new(ServedResources.OfModel());

    [Fact]
    public void A_document_says_in_them_what_it_says_in_JSON()
    {
        var json = JsonNode.Parse(_documents.Find("/openapi/v3/apis/apps/v1", "")!.Body.Span)!;
        var document = _documents.Find("/openapi/v3/apis/apps/v1", OldProtobuf)!.Body;
        Assert.Equal("3.0.0", Text(One(document, 1)));
        Assert.Equal(("Holdfast", "v1.36.0"), (Text(One(document, 2, 1)), Text(One(document, 2, 6))));
        var paths = Named(One(document, 4), 1);
        Assert.Equal(json["paths"]!.AsObject().Select(path => path.Key), paths.Keys);
        var schemas = Named(One(document, 5, 1), 1);
        Assert.Equal(json["components"]!["schemas"]!.AsObject().Select(schema => schema.Key), schemas.Keys);
        foreach (var (name, schema) in schemas)
        {
            var told = json["components"]!["schemas"]![name]!;
            Assert.Equal((string?)told["description"], Text(One(schema, 1, 34)));
            Assert.Equal((string?)told["type"] ?? "", Text(One(schema, 1, 25)));
            Assert.Equal(told["properties"]?.AsObject().Select(property => property.Key) ?? [], Named(One(schema, 1, 31), 1).Keys);
            Assert.Equal(told["required"]?.AsArray().Select(each => (string)each!) ?? [], All(One(schema, 1), 23).Select(Text));
        }
    }

    [Fact]
    public void References_defaults_and_extensions_have_their_places()
    {
        var document = _documents.Find("/openapi/v3/apis/apps/v1", Protobuf)!.Body;
        var set = One(Named(One(document, 5, 1), 1)["io.k8s.api.apps.v1.StatefulSet"], 1);
        Assert.Contains("x-kubernetes-group-version-kind", Named(set, 36).Keys);
        var patch = One(Named(One(document, 4), 1)["/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}"], 10);
        Assert.Equal("patchAppsV1NamespacedStatefulSet", Text(One(patch, 5)));
        var content = Named(One(patch, 7, 1, 2), 1);
        Assert.Contains("application/apply-patch+yaml", content.Keys);
        var answer = Named(One(Named(One(patch, 8), 2)["200"], 1, 3), 1)["application/json"];
        Assert.Equal("#/components/schemas/io.k8s.api.apps.v1.StatefulSet", Text(One(answer, 1, 2, 1)));
        Assert.Contains("fieldValidation", All(patch, 6).Select(parameter => Text(One(parameter, 1, 1))));
    }

    [Theory]
    [InlineData("/openapi/v3/apis/apps/v1", Protobuf, 200, Protobuf)]
    [InlineData("/openapi/v3/apis/apps/v1", OldProtobuf, 200, Protobuf)]
    [InlineData("/openapi/v3/apis/apps/v1", OldProtobuf + ", application/json;q=0.5", 200, Protobuf)]
    [InlineData("/openapi/v3/apis/apps/v1", OldProtobuf + ";q=0.2, application/json;q=0.5", 200, "application/json")]
    [InlineData("/openapi/v3/apis/apps/v1", "text/html", 406, "")]
    [InlineData("/openapi/v3/apis/nothing/v1", "text/html", 404, "text/plain")]
    [InlineData("/openapi/v3", "text/html", 200, "application/json")]
    [InlineData("/openapi/v2", "text/html", 406, "")]
    [InlineData("/openapi/v2", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", 200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    public async Task What_is_accepted_is_given_and_nothing_else(string path, string accept, int code, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await shared.Running.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((code, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType ?? ""));
    }

    [Fact]
    public async Task Under_a_hash_of_the_index_both_forms_are_found()
    {
        var http = shared.Running.Http;
        var index = JsonNode.Parse(await http.GetStringAsync(new Uri("/openapi/v3", UriKind.Relative), TestContext.Current.CancellationToken))!;
        foreach (var accept in new[] { Protobuf, "application/json" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri((string)index["paths"]!["apis/batch/v1"]!["serverRelativeURL"]!, UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((200, accept), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
            Assert.True(answer.Headers.CacheControl!.Public);
        }
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    // The message of a path of field numbers; empty where there is none.
    private static ReadOnlyMemory<byte> One(ReadOnlyMemory<byte> message, params int[] path) =>
        path.Aggregate(message, (found, number) => All(found, number).FirstOrDefault());

    private static Dictionary<string, ReadOnlyMemory<byte>> Named(ReadOnlyMemory<byte> message, int number) =>
        All(message, number).ToDictionary(pair => Text(One(pair, 1)), pair => One(pair, 2), StringComparer.Ordinal);

    private static List<ReadOnlyMemory<byte>> All(ReadOnlyMemory<byte> message, int wanted)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += sizeof(double);
                    break;
                default:
                    Assert.Equal(2UL, tag & 7);
                    var length = (int)Varint(message, ref at);
                    if (tag >> 3 == (ulong)wanted)
                        found.Add(message.Slice(at, length));
                    at += length;
                    break;
            }
        }
        return found;
    }

    private static ulong Varint(ReadOnlyMemory<byte> message, ref int at)
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var next = message.Span[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
