using System.Collections.Immutable;
using System.Text;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Webhooks;

/// <summary>How the API server reaches the Steward's webhooks, and whom they do not concern.</summary>
/// <param name="Client">The address, with the authority that signed the server's certificate.</param>
/// <param name="OwnUser">Who the Steward is to the API: its own writes are not asked about.</param>
public sealed record WebhookReach(WebhookClientConfig Client, string OwnUser);

/// <summary>
/// What the API server asks the Steward about: an entry for each Steward, so that one that does not answer holds up the pods of stewarded
/// sets and nothing else. Pure.
/// </summary>
/// <remarks>
/// An eviction shows its pod by name alone, so selectors of objects cannot find it: the name does, within the set's namespace. Not asked about
/// are the Steward itself and the agents of nodes (they report the end of pods that ended). With the Steward gone, evictions and deletions of its
/// members are refused until it is back or someone says the word: the deletion of a pod that carries the override is asked about in an entry of its own, which
/// lets it pass where nobody answers, so that a Steward that runs can put it on record.
/// </remarks>
public static class WebhookConfigurations
{
    /// <summary>The name of both configurations.</summary>
    public const string Name = "holdfast-steward";

    private const string NamespaceLabel = "kubernetes.io/metadata.name";
    private const int TimeoutSeconds = 10;

    /// <summary>What is asked before something happens.</summary>
    /// <param name="stewards">All Stewards.</param>
    /// <param name="reach">How they are reached.</param>
    public static ValidatingWebhookConfiguration Validating(IEnumerable<StewardResource> stewards, WebhookReach reach)
    {
        ArgumentNullException.ThrowIfNull(stewards);
        ArgumentNullException.ThrowIfNull(reach);
        return new ValidatingWebhookConfiguration
        {
            Metadata = new ObjectMeta { Name = Name },
            Webhooks = [Specs(reach), .. InOrder(stewards).SelectMany(steward => new[] { Members(steward, reach), Overridden(steward, reach) })],
        };
    }

    /// <summary>What is asked before something happens, and may be changed on its way.</summary>
    /// <param name="stewards">All Stewards.</param>
    /// <param name="reach">How they are reached.</param>
    public static MutatingWebhookConfiguration Mutating(IEnumerable<StewardResource> stewards, WebhookReach reach)
    {
        ArgumentNullException.ThrowIfNull(stewards);
        ArgumentNullException.ThrowIfNull(reach);
        return new MutatingWebhookConfiguration
        {
            Metadata = new ObjectMeta { Name = Name },
            Webhooks = [.. InOrder(stewards).Select(steward => Set(steward, reach))],
        };
    }

    /// <summary>A pattern that finds the names of a set's pods and no others.</summary>
    /// <param name="set">The set's name.</param>
    public static string MemberPattern(string set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return $"^{set.Replace(".", "[.]", StringComparison.Ordinal)}-[0-9]+$";
    }

    private static IEnumerable<StewardResource> InOrder(IEnumerable<StewardResource> stewards) => stewards
        .OrderBy(steward => steward.Metadata.Namespace, StringComparer.Ordinal).ThenBy(steward => steward.Metadata.Name, StringComparer.Ordinal);

    private static ValidatingWebhook Members(StewardResource steward, WebhookReach reach) => Asked(steward, reach, "members", "Fail") with
    {
        Rules = [Rule("", "v1", "CREATE", "pods/eviction"), Rule("", "v1", "DELETE", "pods")],
        MatchConditions = [IsMember(steward), NotTheSteward(reach), NotANode, Condition("not-overridden", $"!({IsOverridden})")],
    };

    private static ValidatingWebhook Overridden(StewardResource steward, WebhookReach reach) => Asked(steward, reach, "overridden", "Ignore") with
    {
        Rules = [Rule("", "v1", "DELETE", "pods")],
        MatchConditions = [IsMember(steward), NotTheSteward(reach), NotANode, Condition("overridden", IsOverridden)],
    };

    private static ValidatingWebhook Asked(StewardResource steward, WebhookReach reach, string what, string failurePolicy) => new()
    {
        Name = $"{steward.Metadata.Name}.{steward.Metadata.Namespace}.{what}.holdfast.dev",
        AdmissionReviewVersions = ["v1"],
        ClientConfig = reach.Client,
        FailurePolicy = failurePolicy,
        MatchPolicy = "Equivalent",
        SideEffects = "NoneOnDryRun",
        TimeoutSeconds = TimeoutSeconds,
        NamespaceSelector = In(steward.Metadata.Namespace),
        ObjectSelector = new LabelSelector(),
    };

    private static MutatingWebhook Set(StewardResource steward, WebhookReach reach) => new()
    {
        Name = $"{steward.Metadata.Name}.{steward.Metadata.Namespace}.set.holdfast.dev",
        AdmissionReviewVersions = ["v1"],
        ClientConfig = reach.Client,
        FailurePolicy = "Fail",
        MatchPolicy = "Equivalent",
        ReinvocationPolicy = "IfNeeded",
        SideEffects = "NoneOnDryRun",
        TimeoutSeconds = TimeoutSeconds,
        NamespaceSelector = In(steward.Metadata.Namespace),
        ObjectSelector = new LabelSelector(),
        Rules = [Rule("apps", "v1", ["CREATE", "UPDATE"], "statefulsets"), Rule("apps", "v1", "UPDATE", "statefulsets/scale")],
        MatchConditions =
        [
            Condition("set", $"(request.name == '' && object != null && has(object.metadata.name) ? object.metadata.name : request.name) == '{steward.Spec.TargetRef.Name}'"),
            NotTheSteward(reach),
        ],
    };

    private static ValidatingWebhook Specs(WebhookReach reach) => new()
    {
        Name = "spec.stewards.holdfast.dev",
        AdmissionReviewVersions = ["v1"],
        ClientConfig = reach.Client,
        // What passes unseen is seen when it is read, and Stalled then.
        FailurePolicy = "Ignore",
        MatchPolicy = "Equivalent",
        SideEffects = "None",
        TimeoutSeconds = TimeoutSeconds,
        NamespaceSelector = new LabelSelector(),
        ObjectSelector = new LabelSelector(),
        Rules = [Rule(StewardResource.ResourceType.Group, StewardResource.ResourceType.Version, ["CREATE", "UPDATE"], StewardResource.ResourceType.Plural)],
        MatchConditions = [NotTheSteward(reach)],
    };

    private static string IsOverridden =>
        $"oldObject != null && has(oldObject.metadata.annotations) && '{StewardNames.OverrideAnnotation}' in oldObject.metadata.annotations";

    private static MatchCondition NotANode => Condition("not-a-node", "!('system:nodes' in request.userInfo.groups)");

    private static MatchCondition IsMember(StewardResource steward) => Condition(
        "member", $"(request.name == '' && oldObject != null ? oldObject.metadata.name : request.name).matches('{MemberPattern(steward.Spec.TargetRef.Name)}')");

    private static MatchCondition NotTheSteward(WebhookReach reach) => Condition("not-the-steward", $"request.userInfo.username != '{reach.OwnUser}'");

    private static MatchCondition Condition(string name, string expression) => new() { Name = name, Expression = expression };

    private static LabelSelector In(string namespaceName) => new() { MatchLabels = ValueMap.Of((NamespaceLabel, namespaceName)) };

    private static RuleWithOperations Rule(string group, string version, string operation, params ReadOnlySpan<string> resources) => Rule(group, version, [operation], resources);

    private static RuleWithOperations Rule(string group, string version, ImmutableArray<string> operations, params ReadOnlySpan<string> resources) => new()
    {
        ApiGroups = [group],
        ApiVersions = [version],
        Operations = [.. operations],
        Resources = [.. resources],
        Scope = "Namespaced",
    };

    /// <summary>The address of a server on this machine.</summary>
    /// <param name="host">The address.</param>
    /// <param name="port">The port.</param>
    /// <param name="authorityPem">The authority.</param>
    public static WebhookClientConfig ByUrl(string host, int port, string authorityPem) => new()
    {
        Url = $"https://{host}:{port}{WebhookServer.Path}",
        CaBundle = ByteString.CopyFrom(Encoding.ASCII.GetBytes(authorityPem)),
    };

    /// <summary>The address of a Service.</summary>
    /// <param name="namespaceName">The Service's namespace.</param>
    /// <param name="name">The Service's name.</param>
    /// <param name="authorityPem">The authority.</param>
    public static WebhookClientConfig ByService(string namespaceName, string name, string authorityPem) => new()
    {
        Service = new ServiceReference { Namespace = namespaceName, Name = name, Path = WebhookServer.Path, Port = 443 },
        CaBundle = ByteString.CopyFrom(Encoding.ASCII.GetBytes(authorityPem)),
    };
}
