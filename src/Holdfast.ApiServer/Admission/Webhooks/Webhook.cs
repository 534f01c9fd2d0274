using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>One webhook of a configuration, ready to be matched and called. Immutable.</summary>
/// <param name="Configuration">The name of the configuration.</param>
/// <param name="Index">Its place in the configuration.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Client">Where it is reached.</param>
/// <param name="Rules">What it is asked about.</param>
internal sealed record Webhook(string Configuration, int Index, string Name, WebhookClientConfig Client, ValueList<RuleWithOperations> Rules)
{
    private const int DefaultTimeoutSeconds = 10;

    public required bool IsMutating { get; init; }

    public required LabelMatcher Namespaces { get; init; }

    public required LabelMatcher Objects { get; init; }

    public required MatchConditions Conditions { get; init; }

    /// <summary>Whether a write goes on without it when it cannot be asked.</summary>
    public required bool IsIgnored { get; init; }

    public required bool IsExact { get; init; }

    public required bool MayReinvoke { get; init; }

    public required bool HasNoSideEffects { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>The version of AdmissionReview that it is sent.</summary>
    public required string ReviewVersion { get; init; }

    /// <summary>Tells it from every other webhook.</summary>
    public string Key => $"{Configuration}/{Index}";

    public static Webhook From(string configuration, int index, ValidatingWebhook hook) =>
        new(configuration, index, hook.Name, hook.ClientConfig, hook.Rules)
        {
            IsMutating = false,
            Namespaces = Matcher(hook.NamespaceSelector),
            Objects = Matcher(hook.ObjectSelector),
            Conditions = MatchConditions.Of(hook.MatchConditions),
            IsIgnored = hook.FailurePolicy == "Ignore",
            IsExact = hook.MatchPolicy == "Exact",
            MayReinvoke = false,
            HasNoSideEffects = hook.SideEffects is "None" or "NoneOnDryRun",
            Timeout = TimeSpan.FromSeconds(hook.TimeoutSeconds ?? DefaultTimeoutSeconds),
            ReviewVersion = VersionOf(hook.AdmissionReviewVersions),
        };

    public static Webhook From(string configuration, int index, MutatingWebhook hook) =>
        new(configuration, index, hook.Name, hook.ClientConfig, hook.Rules)
        {
            IsMutating = true,
            Namespaces = Matcher(hook.NamespaceSelector),
            Objects = Matcher(hook.ObjectSelector),
            Conditions = MatchConditions.Of(hook.MatchConditions),
            IsIgnored = hook.FailurePolicy == "Ignore",
            IsExact = hook.MatchPolicy == "Exact",
            MayReinvoke = hook.ReinvocationPolicy == "IfNeeded",
            HasNoSideEffects = hook.SideEffects is "None" or "NoneOnDryRun",
            Timeout = TimeSpan.FromSeconds(hook.TimeoutSeconds ?? DefaultTimeoutSeconds),
            ReviewVersion = VersionOf(hook.AdmissionReviewVersions),
        };

    private static LabelMatcher Matcher(LabelSelector? selector) => selector is null ? LabelMatcher.Everything : LabelMatcher.From(selector);

    private static string VersionOf(ValueList<string> versions) => versions.FirstOrDefault(version => version is "v1" or "v1beta1") ?? "v1";
}

/// <summary>The webhooks that a cluster has; each configuration is read once for each of its versions.</summary>
internal sealed class WebhookCatalogue
{
    private static readonly string Mutating = MutatingWebhookConfiguration.ResourceType.GroupResource;
    private static readonly string Validating = ValidatingWebhookConfiguration.ResourceType.GroupResource;

    // Entries are immutable and shared, so what is made of one holds as long as it is there.
    private readonly ConditionalWeakTable<Entry, StrongBox<ImmutableArray<Webhook>>> _read = [];

    /// <summary>The webhooks in the order of their configurations' names; costs next to nothing when there are none.</summary>
    public IEnumerable<Webhook> All(ClusterView view, bool mutating)
    {
        var resource = mutating ? Mutating : Validating;
        return view.Snapshot.Count(resource, null) == 0
            ? []
            : view.Snapshot.List(resource, null).SelectMany(entry => _read.GetValue(entry, each => new(mutating ? Mutations(each) : Validations(each))).Value);
    }

    private static ImmutableArray<Webhook> Mutations(Entry entry) =>
        [.. ClusterView.Typed<MutatingWebhookConfiguration>(entry).Webhooks.Select((hook, index) => Webhook.From(entry.Key.Name, index, hook))];

    private static ImmutableArray<Webhook> Validations(Entry entry) =>
        [.. ClusterView.Typed<ValidatingWebhookConfiguration>(entry).Webhooks.Select((hook, index) => Webhook.From(entry.Key.Name, index, hook))];
}
