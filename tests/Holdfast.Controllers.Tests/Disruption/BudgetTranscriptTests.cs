using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Controllers.Disruption;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;
using Holdfast.Testing;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Disruption;

/// <summary>
/// Budgets as text: what changes, a line, and the whole status that follows. Written anew with HOLDFAST_REWRITE_TRANSCRIPTS=1; the
/// difference is then for a person to read.
/// </summary>
public sealed class BudgetTranscriptTests
{
    private static readonly Transcripts Scenarios = new("tests/Holdfast.Controllers.Tests/Disruption/Transcripts");

    private readonly SortedDictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private PodDisruptionBudget _budget = new() { Metadata = Named("web") with { Generation = 1 } };
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(1);
    private int _replicas;

    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_budget_stands_as_its_transcript_says(string name)
    {
        var (written, played) = Scenarios.Play(name, Play);
        Assert.Equal(written, played);
    }

    private string Play(string written) => Transcripts.PlayPlans(written, Obey, Words);

    private IEnumerable<string> Words()
    {
        var pods = _pods.Values.Select(pod => new BudgetPod(pod, pod.Metadata.OwnerReferences.IsEmpty ? null : new PodScale("set", _replicas))).ToImmutableArray();
        var plan = BudgetPlanner.Plan(new BudgetObservation(_budget, pods), _now);
        foreach (var note in plan.Notes)
            yield return $"say {note.Reason} of {note.About?.Metadata.Name ?? "the budget"}: {note.Message}";
        if (plan.Status is { } status)
        {
            _budget = _budget with { Status = status };
            yield return string.Create(CultureInfo.InvariantCulture,
                $"write status: {status.CurrentHealthy} healthy, {status.DesiredHealthy} wanted of {status.ExpectedPods}, {status.DisruptionsAllowed} may go: {status.Conditions[0].Reason}");
            if (status.DisruptedPods.Count > 0)
                yield return $"granted and not gone: {string.Join(", ", status.DisruptedPods.Keys)}";
        }
        else
            yield return "the status is right";
        if (plan.RequeueAfter is { } delay)
            yield return string.Create(CultureInfo.InvariantCulture, $"plan again in {delay.TotalSeconds:0.###} s");
    }

    private void Obey(string[] words)
    {
        switch (words)
        {
            case ["replicas", var number]:
                _replicas = int.Parse(number, CultureInfo.InvariantCulture);
                for (var ordinal = 0; ordinal < _replicas; ordinal++)
                    _pods[$"web-{ordinal}"] = Made($"web-{ordinal}", true);
                break;
            case ["minAvailable" or "maxUnavailable", var amount]:
                IntOrString? value = int.TryParse(amount, out var count) ? (IntOrString)count : amount;
                _budget = _budget with
                {
                    Metadata = _budget.Metadata with { Generation = _budget.Metadata.Generation + 1 },
                    Spec = new PodDisruptionBudgetSpec { MinAvailable = words[0] == "minAvailable" ? value : default(IntOrString?), MaxUnavailable = words[0] == "maxUnavailable" ? value : default(IntOrString?) },
                };
                break;
            case ["pod", var name, var state]:
                ChangePod(name, state);
                break;
            case ["pass", var seconds]:
                _now += TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
                break;
            default:
                throw new FormatException($"a transcript says {string.Join(' ', words)}, which nobody understands");
        }
    }

    private void ChangePod(string name, string state)
    {
        switch (state)
        {
            case "gone":
                _pods.Remove(name);
                break;
            case "unready":
                _pods[name] = _pods[name].NotReady();
                break;
            case "terminating":
                _pods[name] = _pods[name].WithMetadata(_pods[name].Metadata with { DeletionTimestamp = _now });
                break;
            case "granted":
                _budget = _budget with { Status = _budget.Status with { DisruptedPods = _budget.Status.DisruptedPods.SetItem(name, _now) } };
                break;
            case "alone":
                _pods[name] = Made(name, false);
                break;
            case "ready":
                _pods[name] = Made(name, true);
                break;
            default:
                throw new FormatException($"a transcript makes a pod {state}, which nobody understands");
        }
    }

    private Pod Made(string name, bool isOwned)
    {
        var pod = ReadyPod(name, "10.0.0.1", ("app", "web"));
        return pod.WithMetadata(pod.Metadata with
        {
            CreationTimestamp = _now,
            OwnerReferences = isOwned ? [new OwnerReference { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "web", Uid = "set", Controller = true }] : [],
        });
    }
}
