using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Steward.Eviction;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Tests.Webhooks;

/// <summary>Who drains a node reads at once why a member may not go: client libraries retry silently what says when to retry.</summary>
public sealed class RefusedEvictionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_eviction_does_not_say_when_to_ask_again_just_as_a_budgets_refusal_does_not(bool isPassing)
    {
        var status = Told("CREATE", "eviction", EvictionAnswer.TryLater("no quorum") with { IsPassing = isPassing });
        Assert.Equal((429, "TooManyRequests", "no quorum (Steward web)"), ((int)status["code"]!, (string?)status["reason"], (string?)status["message"]));
        Assert.Null(status["details"]);
    }

    [Fact]
    public void A_refused_deletion_says_it_only_while_leadership_is_on_its_way()
    {
        Assert.Null(Told("DELETE", "", EvictionAnswer.TryLater("no quorum"))["details"]);
        Assert.Equal(2, (int)Told("DELETE", "", EvictionAnswer.TryLater("hands over") with { IsPassing = true })["details"]!["retryAfterSeconds"]!);
    }

    private static JsonNode Told(string operation, string subresource, EvictionAnswer answer)
    {
        var question = new AdmissionQuestion("u1", operation, "pods", subresource, "default", "web-0", "anna", ImmutableArray<string>.Empty, IsDryRun: false);
        return JsonNode.Parse(AdmissionReview.Write("u1", EvictionGate.Answered(question, "web", answer)))!["response"]!["status"]!;
    }
}
