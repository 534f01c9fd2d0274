using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Tests.Webhooks;

/// <summary>What becomes of changes that others make of a stewarded set.</summary>
public sealed class SetChangesTests
{
    private const string Old = """
        {"metadata": {"name": "db"}, "spec": {"replicas": 3, "template": {"spec": {"containers": [{"image": "db:1"}]}}, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}},
         "status": {"updateRevision": "db-1", "currentRevision": "db-1"}}
        """;

    [Fact]
    public void A_new_template_waits_behind_the_partition()
    {
        var change = Decide(wanted => wanted["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "db:2");
        Assert.Equal(("/spec/updateStrategy/rollingUpdate/partition", 3), (change.Answer.Changes[0].Key, (int)change.Answer.Changes[0].Value));
        Assert.Contains("the new template waits: Steward keeper", Assert.Single(change.Answer.Warnings), StringComparison.Ordinal);
        Assert.Null(change.Replicas);
    }

    [Theory]
    [InlineData("{\"type\": \"RollingUpdate\"}", "/spec/updateStrategy/rollingUpdate", "{\"partition\":3}")]
    [InlineData("null", "/spec/updateStrategy", "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":3}}")]
    public void The_partition_is_set_where_there_was_none(string strategy, string path, string value)
    {
        var change = Decide(wanted =>
        {
            wanted["spec"]!["template"]!["x"] = 1;
            wanted["spec"]!["updateStrategy"] = JsonNode.Parse(strategy);
        });
        Assert.Equal((path, value), (change.Answer.Changes[0].Key, change.Answer.Changes[0].Value.ToJsonString()));
    }

    [Fact]
    public void Ordinals_that_begin_later_count_for_the_partition()
    {
        static void Late(JsonObject set) => set["spec"]!["ordinals"] = new JsonObject { ["start"] = 5 };
        var change = Decide(wanted =>
        {
            wanted["spec"]!["template"]!["x"] = 1;
            Late(wanted);
        }, Late);
        Assert.Equal(8, (int)change.Answer.Changes[0].Value);
    }

    [Fact]
    public void The_first_ordinal_stays_and_a_set_may_say_what_it_is()
    {
        var change = Decide(wanted => wanted["spec"]!["ordinals"] = new JsonObject { ["start"] = 1 });
        Assert.Equal(("/spec/ordinals", "{\"start\":0}"), (change.Answer.Changes[0].Key, change.Answer.Changes[0].Value.ToJsonString()));
        Assert.Contains("spec.scaling.removeFirst", Assert.Single(change.Answer.Warnings), StringComparison.Ordinal);
        Assert.Empty(Decide(wanted => wanted["spec"]!["ordinals"] = new JsonObject { ["start"] = 0 }).Answer.Changes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("scale")]
    public void A_quorum_is_not_scaled_to_nothing(string subresource)
    {
        static void To0(JsonObject wanted, bool isScale)
        {
            // A Scale leaves out what is 0.
            if (isScale)
                wanted["spec"]!.AsObject().Remove("replicas");
            else
                wanted["spec"]!["replicas"] = 0;
        }

        var change = Decide(wanted => To0(wanted, subresource == "scale"), subresource: subresource);
        Assert.Equal((false, 403, (int?)null), (change.Answer.IsAllowed, change.Answer.Code, change.Replicas));
        Assert.Contains("at least one member", change.Answer.Message, StringComparison.Ordinal);
        var grown = Decide(wanted => wanted["spec"]!["replicas"] = 3, old => To0(old, subresource == "scale"), subresource);
        Assert.Equal((true, 0, (int?)null), (grown.Answer.IsAllowed, grown.Answer.Changes.Length, grown.Replicas));
    }

    [Fact]
    public void A_strategy_that_would_let_the_controller_go_on_by_itself_is_parked()
    {
        static void OnDelete(JsonObject old)
        {
            old["spec"]!["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" };
            old["status"]!["updateRevision"] = "db-2";
        }

        var change = Decide(wanted => wanted["spec"]!["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate" }, OnDelete);
        Assert.Equal(("/spec/updateStrategy/rollingUpdate", "{\"partition\":3}"), (change.Answer.Changes[0].Key, change.Answer.Changes[0].Value.ToJsonString()));
    }

    [Fact]
    public void A_template_that_the_controller_has_not_seen_yet_stays_parked()
    {
        static void Unseen(JsonObject old)
        {
            old["metadata"]!["generation"] = 8;
            old["status"]!["observedGeneration"] = 7;
            old["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 3;
        }

        Assert.Equal(3, (int)Decide(wanted => wanted["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 0, Unseen).Answer.Changes[0].Value);
    }

    [Fact]
    public void With_OnDelete_nothing_is_parked() => Assert.Empty(Decide(wanted =>
    {
        wanted["spec"]!["template"]!["x"] = 1;
        wanted["spec"]!["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" };
    }).Answer.Changes);

    [Fact]
    public void A_lower_partition_is_put_back_while_an_update_is_under_way()
    {
        static void Parked(JsonObject old)
        {
            old["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 2;
            old["status"]!["updateRevision"] = "db-2";
        }

        var change = Decide(wanted => wanted["spec"]!["updateStrategy"]!["rollingUpdate"] = null, Parked);
        Assert.Equal(2, change.Answer.Changes[0].Value["partition"] is { } partition ? (int)partition : (int)change.Answer.Changes[0].Value);
        Assert.Empty(Decide(wanted => wanted["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 0, old => old["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 2).Answer.Changes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Another_number_of_members_is_handed_to_the_Steward(int replicas)
    {
        var change = Decide(wanted => wanted["spec"]!["replicas"] = replicas);
        Assert.Equal(replicas, change.Replicas);
        Assert.Equal(("/spec/replicas", 3), (change.Answer.Changes[0].Key, (int)change.Answer.Changes[0].Value));
        Assert.Contains($"brings it to {replicas}, one member at a time", change.Answer.Warnings[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"type\": \"RollingUpdate\"}", "/spec/updateStrategy/rollingUpdate={\"partition\":3}")]
    [InlineData("{\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"partition\": 1}}", "/spec/updateStrategy/rollingUpdate/partition=3")]
    [InlineData("null", "/spec/updateStrategy={\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":3}}")]
    [InlineData("{\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"partition\": 3}}", "")]
    [InlineData("{\"type\": \"OnDelete\"}", "")]
    public void A_new_set_that_adopts_pods_is_parked_where_its_controller_would_replace_them(string strategy, string changes)
    {
        var set = JsonNode.Parse(Old)!.AsObject();
        set["spec"]!["updateStrategy"] = JsonNode.Parse(strategy);
        var answer = SetChanges.Adopting(new AdmissionQuestion("u", "CREATE", "statefulsets", "", "default", "db", "anna", [], false) { Object = set }, "keeper");
        Assert.Equal(changes, string.Concat(answer.Changes.Select(change => $"{change.Key}={change.Value.ToJsonString()}")));
        Assert.Equal(changes.Length > 0 ? 1 : 0, answer.Warnings.Length);
        Assert.True(answer.IsAllowed);
    }

    [Fact]
    public void A_set_that_adopted_pods_of_another_template_stays_parked_although_it_has_one_revision()
    {
        static void Adopted(JsonObject old)
        {
            old["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 3;
            old["status"]!["replicas"] = 3;
        }

        Assert.Equal(3, (int)Decide(wanted => wanted["spec"]!["updateStrategy"]!["rollingUpdate"]!["partition"] = 0, Adopted).Answer.Changes[0].Value);
    }

    [Fact]
    public void A_question_is_read_and_answered_in_the_form_of_the_API()
    {
        var review = """
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u1", "operation": "DELETE", "resource": {"resource": "pods"}, "namespace": "default", "name": "",
             "userInfo": {"username": "anna", "groups": ["a", "b"]}, "dryRun": true, "object": null, "oldObject": {"metadata": {"name": "db-1", "annotations": {"holdfast.dev/override": "why"}}}, "options": {"gracePeriodSeconds": 0}}}
            """;
        var question = AdmissionReview.Read(Encoding.UTF8.GetBytes(review))!;
        Assert.Equal(("db-1", "anna", true, "why"), (question.Name, question.User, question.IsDryRun, question.Annotation("holdfast.dev/override")));
        var answer = JsonNode.Parse(AdmissionReview.Write("u1", AdmissionAnswer.Later("not now", TimeSpan.FromSeconds(1.5))))!["response"]!;
        Assert.Equal(("u1", false, 429, "not now", 2), ((string?)answer["uid"], (bool)answer["allowed"]!, (int)answer["status"]!["code"]!, (string?)answer["status"]!["message"], (int)answer["status"]!["details"]!["retryAfterSeconds"]!));
        Assert.Null(AdmissionReview.Read("{}"u8));
        Assert.Null(AdmissionReview.Read("no json"u8));
    }

    private static SetChange Decide(Action<JsonObject> change, Action<JsonObject>? before = null, string subresource = "")
    {
        var old = JsonNode.Parse(Old)!.AsObject();
        before?.Invoke(old);
        var wanted = old.DeepClone().AsObject();
        change(wanted);
        return SetChanges.Decide(new AdmissionQuestion("u", "UPDATE", "statefulsets", subresource, "default", "db", "anna", [], false) { Object = wanted, OldObject = old }, "keeper");
    }
}
