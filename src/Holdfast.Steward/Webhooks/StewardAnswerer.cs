using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Roles;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Webhooks;

/// <summary>Gives each question of the API server to whom it concerns.</summary>
/// <param name="caches">The cluster.</param>
/// <param name="client">Writes what is handed to a Steward.</param>
/// <param name="gate">Answers for members.</param>
internal sealed class StewardAnswerer(StewardCaches caches, KubernetesClient client, EvictionGate gate) : IAdmissionAnswerer
{
    private static readonly StewardRules Rules = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, CancellationToken cancellationToken) => question.Resource switch
    {
        "pods" => await gate.AnswerAsync(question, cancellationToken),
        "statefulsets" => await AnswerSetAsync(question, cancellationToken),
        "stewards" => AnswerSpec(question),
        _ => AdmissionAnswer.Allowed,
    };

    private async Task<AdmissionAnswer> AnswerSetAsync(AdmissionQuestion question, CancellationToken cancellationToken)
    {
        // Asked of the server: a cache may not have been filled yet, and a set that seems to have no Steward would lose members at once.
        var stewards = await client.ListAsync<StewardResource>(new ListQuery { Namespace = question.Namespace }, cancellationToken);
        var steward = stewards.Items.FirstOrDefault(each => each.Metadata.DeletionTimestamp is null && each.Spec.TargetRef.Name == question.Name);
        if (steward is null)
            return AdmissionAnswer.Allowed;
        if (question.Operation == "CREATE")
            return await HasPodsAsync(question, cancellationToken) ? SetChanges.Adopting(question, steward.Metadata.Name) : AdmissionAnswer.Allowed;
        var change = SetChanges.Decide(question, steward.Metadata.Name);
        if (change.Replicas is { } replicas && !question.IsDryRun)
        {
            var patch = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"spec\":{{\"replicas\":{replicas}}}}}"));
            await client.PatchAsync<StewardResource>(question.Namespace, steward.Metadata.Name, PatchForm.Merge, patch, cancellationToken);
        }
        return change.Answer;
    }

    private async Task<bool> HasPodsAsync(AdmissionQuestion question, CancellationToken cancellationToken)
    {
        var labels = question.Object?["spec"]?["selector"]?["matchLabels"] as JsonObject;
        var selector = string.Join(',', labels?.Select(label => $"{label.Key}={AdmissionReview.Text(label.Value)}") ?? []);
        var pods = await client.ListAsync<Pod>(new ListQuery { Namespace = question.Namespace, LabelSelector = selector }, cancellationToken);
        var member = new Regex(WebhookConfigurations.MemberPattern(question.Name), RegexOptions.CultureInvariant, Patience);
        return pods.Items.Any(pod => member.IsMatch(pod.Metadata.Name));
    }

    private AdmissionAnswer AnswerSpec(AdmissionQuestion question)
    {
        if (question.Object is not { } json || question.Subresource.Length > 0)
            return AdmissionAnswer.Allowed;
        try
        {
            var given = ModelJson.Read<StewardResource>(Encoding.UTF8.GetBytes(json.ToJsonString()));
            if (given.Metadata.DeletionTimestamp is not null)
                return AdmissionAnswer.Allowed;
            var reading = StewardReading.Of(given);
            var problems = reading.Problems.Concat(Changes(question, reading.Steward)).Concat(Others(question, given)).Concat(Routing(question, reading.Steward)).ToList();
            return problems.Count == 0 ? AdmissionAnswer.Allowed : AdmissionAnswer.Invalid($"Steward {question.Name} is invalid: {string.Join("; ", problems)}");
        }
        catch (ModelDecodeException error)
        {
            return AdmissionAnswer.Invalid($"Steward {question.Name} cannot be read: {error.Message}");
        }
    }

    private static IEnumerable<string> Changes(AdmissionQuestion question, StewardResource steward) => question.OldObject is { } old
        ? Rules.ValidateUpdate(steward, Rules.Default(ModelJson.Read<StewardResource>(Encoding.UTF8.GetBytes(old.ToJsonString())))).Select(error => error.ToString()).Where(error => error.Contains("targetRef", StringComparison.Ordinal))
        : [];

    // Only what is asked for anew: one that is there already says so in its status, and can still be changed.
    private IEnumerable<string> Routing(AdmissionQuestion question, StewardResource steward) =>
        caches.FindSet(question.Namespace, steward.Spec.TargetRef.Name) is { } set && !JsonNode.DeepEquals(question.Object?["spec"]?["routing"], question.OldObject?["spec"]?["routing"])
            ? RoutingPlanner.Refusals(steward.Spec.Routing, set)
            : [];

    // Only a new one is refused: of two that are there already the younger one stands still and says so.
    private IEnumerable<string> Others(AdmissionQuestion question, StewardResource steward) => question.Operation != "CREATE" ? [] :
        from other in caches.Of(question.Namespace, steward.Spec.TargetRef.Name)
        where other.Metadata.Name != question.Name && other.Metadata.DeletionTimestamp is null
        select $"spec.targetRef: StatefulSet {steward.Spec.TargetRef.Name} is looked after by Steward {other.Metadata.Name} already; delete that one first";
}
