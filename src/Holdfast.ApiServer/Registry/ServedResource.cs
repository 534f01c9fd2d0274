using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.ApiServer.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Registry;

/// <summary>One kind as it is served: its names, how it is read and checked, and what can be asked of it.</summary>
/// <param name="Codec">Reads and describes its objects.</param>
/// <param name="Rules">What holds for its objects.</param>
public sealed record ServedResource(ResourceCodec Codec, KindRules Rules)
{
    private static readonly FrozenSet<string> AnswerDeleted = new[]
    {
        "pods", "services", "serviceaccounts", "persistentvolumes", "persistentvolumeclaims", "storageclasses.storage.k8s.io",
        "podtemplates", "resourcequotas", "volumeattachments.storage.k8s.io",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The names.</summary>
    public ResourceType Type => Codec.Type;

    /// <summary>The object of this kind with nothing set, as JSON: what a new object is compared with to find its fields.</summary>
    public JsonElement Blank { get; } = BlankOf(Codec);

    /// <summary>The collection's name in the store: that of the resource, unless another resource's objects are the same ones.</summary>
    public string StoreName { get => field ?? Type.GroupResource; init; }

    /// <summary>The names of its sub-resources, such as <c>status</c>, in order.</summary>
    public ImmutableArray<string> Subresources { get; init; } = [];

    /// <summary>What its <c>scale</c> sub-resource reads and writes; null when it has none.</summary>
    public ScaleAccess? Scale { get; init; }

    /// <summary>Answers what is posted, for kinds that are only asked and never stored, as reviews are; null for all others.</summary>
    public Func<IResource, WriteContext, IResource>? Review { get; init; }

    /// <summary>
    /// The pods' sub-resource that what is posted goes to, for kinds that are only posted and never stored, as Bindings are; null for all others.
    /// </summary>
    public string? PostedTo { get; init; }

    /// <summary>Whether objects of it can be posted, and that is all.</summary>
    public bool IsPostedOnly => Review is not null || PostedTo is not null;

    /// <summary>How its objects are stored and shown, for a version of a custom resource; null for all others.</summary>
    public CustomCollection? Custom { get; init; }

    /// <summary>How its objects are stored and shown, where that is not one and the same; null where it is.</summary>
    public IStoredForms? Forms { get => field ?? Custom; init; }

    /// <summary>Whether a deletion answers with the object instead of a Status.</summary>
    public bool AnswersDeletedObject => AnswerDeleted.Contains(StoreName);

    /// <summary>Whether there are no objects of it and none can be made, since nothing would act on them.</summary>
    public bool IsAlwaysEmpty { get; init; }

    /// <summary>The verbs as discovery lists them.</summary>
    public ImmutableArray<string> Verbs => IsPostedOnly
        ? ["create"]
        : IsAlwaysEmpty ? ["get", "list", "watch"]
        : StoreName == "namespaces" ? ["create", "delete", "get", "list", "patch", "update", "watch"] : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Whether it has a sub-resource.</summary>
    /// <param name="name">The sub-resource.</param>
    public bool Has(string name) => Subresources.Contains(name);

    private static JsonElement BlankOf(ResourceCodec codec)
    {
        using var document = JsonDocument.Parse(ModelJson.ToBytes(codec.Read("{}"u8, new DecodeIssues()).Write), JsonInput.DocumentOptions);
        return document.RootElement.Clone();
    }
}
