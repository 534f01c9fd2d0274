using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Holdfast.Model.Resources;

/// <summary>Every kind in the Model.</summary>
public static partial class ResourceCatalog
{
    /// <summary>The codecs of all kinds.</summary>
    public static ImmutableArray<ResourceCodec> Codecs { get; } = All();

    private static readonly FrozenDictionary<(string ApiVersion, string Kind), ResourceCodec> ByKind =
        Codecs.ToFrozenDictionary(codec => (codec.Type.ApiVersion, codec.Type.Kind));

    /// <summary>The codec of a kind, or null when the Model does not have it.</summary>
    /// <param name="apiVersion">Group and version, such as <c>apps/v1</c>.</param>
    /// <param name="kind">The kind.</param>
    public static ResourceCodec? Find(string apiVersion, string kind) => ByKind.GetValueOrDefault((apiVersion, kind));
}
