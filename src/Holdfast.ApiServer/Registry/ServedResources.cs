using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.ApiServer.Admission.Webhooks;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// Everything that is served. It can change while the server runs (custom resources): the catalogue is immutable and
/// swapped whole, so a request sees one state of it.
/// </summary>
public sealed class ServedResources
{
    // Stored without effect, these would promise what nobody keeps: they are refused by name until something acts on them.
    private static readonly FrozenSet<string> NotActedOn = new[]
    {
        "resourcequotas", "limitranges",
    }.ToFrozenSet(StringComparer.Ordinal);

    // The same holds for these, but kubectl lists them together with others and fails where it cannot: they are shown as what they are,
    // kinds of which there are no objects.
    private static readonly FrozenSet<string> AlwaysEmpty = new[]
    {
        "daemonsets.apps", "ingresses.networking.k8s.io", "replicationcontrollers",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Kinds that the Model does not have at all, and that tools ask for without looking whether they are served.
    private static readonly FrozenSet<string> NotKnown = new[]
    {
        "certificatesigningrequests.certificates.k8s.io", "horizontalpodautoscalers.autoscaling", "ingressclasses.networking.k8s.io",
    }.ToFrozenSet(StringComparer.Ordinal);

    private Catalogue _catalogue;

    /// <summary>Serves the given resources.</summary>
    /// <param name="resources">The resources.</param>
    public ServedResources(IEnumerable<ServedResource> resources) => _catalogue = new Catalogue([.. resources]);

    /// <summary>Every kind of the Model that has rules and that something acts on, and those that are shown as having no objects.</summary>
    public static ServedResources OfModel()
    {
        var served = new List<ServedResource>();
        foreach (var codec in ResourceCatalog.Codecs)
        {
            if (AlwaysEmpty.Contains(codec.Type.GroupResource))
                served.Add(new ServedResource(codec, codec.Accept(new EmptyRules())) { IsAlwaysEmpty = true });
            else if (codec.Type.Equals(Model.Core.Binding.ResourceType))
                served.Add(new ServedResource(codec, codec.Accept(new EmptyRules())) { PostedTo = "binding" });
            else if (!NotActedOn.Contains(codec.Type.GroupResource) && KindRulesCatalog.Find(codec.Type) is { } rules)
                served.Add(Describe(codec, MatchConditionRules.Around(rules, codec.Type)));
        }
        return new ServedResources(served);
    }

    /// <summary>Whether a kind is one of Kubernetes' own that is left out, since nothing would act on its objects.</summary>
    /// <param name="group">The group; empty for the core group.</param>
    /// <param name="plural">The plural.</param>
    public static bool IsLeftOut(string group, string plural)
    {
        var name = group.Length == 0 ? plural : $"{plural}.{group}";
        return NotActedOn.Contains(name) || NotKnown.Contains(name);
    }

    /// <summary>What is served now, in the order in which it was added.</summary>
    public ImmutableArray<ServedResource> All => Volatile.Read(ref _catalogue).All;

    /// <summary>Rises with every change, so that what is made from the catalogue can be kept until then.</summary>
    public int Version => Volatile.Read(ref _catalogue).Version;

    /// <summary>Finds a resource by its place in paths.</summary>
    /// <param name="group">The group; empty for the core group.</param>
    /// <param name="version">The version.</param>
    /// <param name="plural">The plural.</param>
    public ServedResource? Find(string group, string version, string plural) =>
        Volatile.Read(ref _catalogue).ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>Finds the resource of a kind.</summary>
    /// <param name="type">The kind.</param>
    public ServedResource? Find(ResourceType type) => Find(type.Group, type.Version, type.Plural);

    /// <summary>Serves a resource from now on, in place of one of the same path.</summary>
    /// <param name="resource">The resource.</param>
    public void Serve(ServedResource resource) => Change(all =>
        all.RemoveAll(existing => existing.Type.Equals(resource.Type)).Add(resource));

    /// <summary>Serves custom resources in place of those served until now; what is older than what is served is passed over.</summary>
    /// <param name="revision">The revision of the definitions that they were made from.</param>
    /// <param name="resources">The resources; one whose plural and group are a built-in kind's is passed over.</param>
    public void ServeCustom(long revision, ImmutableArray<ServedResource> resources)
    {
        while (true)
        {
            var before = Volatile.Read(ref _catalogue);
            if (before.CustomRevision > revision)
                return;
            var builtIn = before.All.RemoveAll(existing => existing.Custom is not null);
            // Not by path alone: another version of a built-in kind would show its objects.
            var taken = builtIn.Select(existing => existing.Type.GroupResource).ToHashSet(StringComparer.Ordinal);
            var after = new Catalogue(builtIn.AddRange(resources.Where(resource => !taken.Contains(resource.StoreName))))
            {
                Version = before.Version + 1,
                CustomRevision = revision,
            };
            if (Interlocked.CompareExchange(ref _catalogue, after, before) == before)
                return;
        }
    }

    /// <summary>Stops serving a resource.</summary>
    /// <param name="type">Its names.</param>
    public void Withdraw(ResourceType type) => Change(all => all.RemoveAll(existing => existing.Type.Equals(type)));

    private void Change(Func<ImmutableArray<ServedResource>, ImmutableArray<ServedResource>> change)
    {
        while (true)
        {
            var before = Volatile.Read(ref _catalogue);
            var after = new Catalogue(change(before.All)) { Version = before.Version + 1, CustomRevision = before.CustomRevision };
            if (Interlocked.CompareExchange(ref _catalogue, after, before) == before)
                return;
        }
    }

    private static ServedResource Describe(ResourceCodec codec, KindRules rules)
    {
        var subresources = new List<string>();
        var scale = ScaleAccess.Of(codec.Type);
        if (rules.HasStatus)
            subresources.Add("status");
        if (scale is not null)
            subresources.Add("scale");
        if (codec.Type.GroupResource == "pods")
            subresources.AddRange("attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy");
        if (codec.Type.GroupResource == "services")
            subresources.Add("proxy");
        if (codec.Type.GroupResource == "namespaces")
            subresources.Add("finalize");
        subresources.Sort(StringComparer.Ordinal);
        var served = new ServedResource(codec, rules) { Subresources = [.. subresources], Scale = scale };
        return codec.Type.Equals(Model.Events.Event.ResourceType)
            ? served with { StoreName = Model.Core.Event.ResourceType.GroupResource, Forms = new EventForms() }
            : served;
    }

    // What is never made needs no rules.
    private sealed class EmptyRules : IResourceVisitor<KindRules>
    {
        public KindRules Visit<T>() where T : class, IResource<T> => new Rules<T>();

        private sealed class Rules<T> : KindRules<T> where T : class, IResource<T>;
    }

    private sealed class Catalogue(ImmutableArray<ServedResource> all)
    {
        public ImmutableArray<ServedResource> All { get; } = all;

        public int Version { get; init; }

        public long CustomRevision { get; init; }

        public FrozenDictionary<(string Group, string Version, string Plural), ServedResource> ByPath { get; } =
            all.ToFrozenDictionary(resource => (resource.Type.Group, resource.Type.Version, resource.Type.Plural));
    }
}
