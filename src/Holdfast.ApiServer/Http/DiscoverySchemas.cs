using Holdfast.Model.Meta;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// The fields of the documents of discovery that the Model has no record of, with their places in protocol buffers
/// (apimachinery <c>meta/v1</c> and <c>apidiscovery/v2</c>, whose <c>v2beta1</c> is the same).
/// </summary>
internal static class DiscoverySchemas
{
    private static readonly Shape Word = Shape.Of(ShapeKind.String);

    private static readonly TypeSchema GroupVersion = Type("GroupVersionForDiscovery", ("groupVersion", Word), ("version", Word));

    private static readonly TypeSchema Address = Type("ServerAddressByClientCIDR", ("clientCIDR", Word), ("serverAddress", Word));

    private static readonly TypeSchema Versions = Type("APIVersions", ("versions", List(Word)), ("serverAddressByClientCIDRs", List(Of(Address))));

    private static readonly TypeSchema Group = Type("APIGroup",
        ("name", Word), ("versions", List(Of(GroupVersion))), ("preferredVersion", Of(GroupVersion)), ("serverAddressByClientCIDRs", List(Of(Address))));

    private static readonly TypeSchema Groups = Type("APIGroupList", ("groups", List(Of(Group))));

    private static readonly TypeSchema Kind = Type("GroupVersionKind", ("group", Word), ("version", Word), ("kind", Word));

    private static readonly TypeSchema Subresource = Type("APISubresourceDiscovery",
        ("subresource", Word), ("responseKind", Of(Kind)), ("acceptedTypes", List(Of(Kind))), ("verbs", List(Word)));

    private static readonly TypeSchema Resource = Type("APIResourceDiscovery",
        ("resource", Word), ("responseKind", Of(Kind)), ("scope", Word), ("singularResource", Word), ("verbs", List(Word)),
        ("shortNames", List(Word)), ("categories", List(Word)), ("subresources", List(Of(Subresource))));

    private static readonly TypeSchema Version = Type("APIVersionDiscovery", ("version", Word), ("resources", List(Of(Resource))), ("freshness", Word));

    private static readonly TypeSchema GroupDiscovery = Type("APIGroupDiscovery",
        ("metadata", Shape.Object(static () => ObjectMeta.ModelSchema)), ("versions", List(Of(Version))));

    private static readonly TypeSchema GroupDiscoveries = Type("APIGroupDiscoveryList",
        ("metadata", Shape.Object(static () => ListMeta.ModelSchema)), ("items", List(Of(GroupDiscovery))));

    /// <summary>The fields of a document; null when it is none of discovery.</summary>
    /// <param name="kind">Its kind.</param>
    public static TypeSchema? Find(string kind) => kind switch
    {
        "APIVersions" => Versions,
        "APIGroupList" => Groups,
        "APIGroup" => Group,
        "APIGroupDiscoveryList" => GroupDiscoveries,
        _ => null,
    };

    // The fields are numbered in their order.
    private static TypeSchema Type(string name, params (string Name, Shape Shape)[] fields) =>
        new(name, "", [.. fields.Select((field, index) => new FieldSchema(field.Name, field.Shape) { ProtobufPath = [index + 1] })]);

    private static Shape Of(TypeSchema type) => Shape.Object(() => type);

    private static Shape List(Shape element) => Shape.List(element);
}
