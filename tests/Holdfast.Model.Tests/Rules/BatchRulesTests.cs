using Holdfast.Model.Batch;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Jobs and CronJobs: what they begin with, what is refused, and what may not change.</summary>
public sealed class BatchRulesTests
{
    private static readonly KindRules JobRules = KindRulesCatalog.Find(Job.ResourceType)!;
    private static readonly KindRules CronRules = KindRulesCatalog.Find(CronJob.ResourceType)!;

    [Fact]
    public void A_job_selects_its_own_pods_by_its_uid()
    {
        var job = Made("\"parallelism\": 2");
        Assert.Equal([new("batch.kubernetes.io/controller-uid", "job-1")], job.Spec.Selector!.MatchLabels);
        Assert.Equal(
            ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"], job.Spec.Template.Metadata.Labels.Keys);
        Assert.Equal((6, "NonIndexed", "TerminatingOrFailed", null), (job.Spec.BackoffLimit, job.Spec.CompletionMode, job.Spec.PodReplacementPolicy, job.Spec.Completions));
        Assert.Empty(JobRules.ValidateAny(job));
    }

    [Theory]
    [InlineData("\"parallelism\": -1", "spec.parallelism: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("\"completionMode\": \"Indexed\", \"parallelism\": 1", "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("\"completionMode\": \"Sideways\"", "spec.completionMode: Unsupported value: \"Sideways\": supported values: \"NonIndexed\", \"Indexed\"")]
    [InlineData("\"backoffLimitPerIndex\": 1", "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [InlineData("\"podReplacementPolicy\": \"Never\"", "spec.podReplacementPolicy: Unsupported value: \"Never\": supported values: \"Failed\", \"TerminatingOrFailed\"")]
    [InlineData("\"podFailurePolicy\": {\"rules\": [{\"action\": \"Ignore\"}]}", "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required")]
    [InlineData("\"podFailurePolicy\": {\"rules\": [{\"action\": \"FailJob\", \"onExitCodes\": {\"operator\": \"In\", \"values\": [0]}}]}", "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator")]
    [InlineData("\"completionMode\": \"Indexed\", \"completions\": 3, \"successPolicy\": {\"rules\": [{\"succeededIndexes\": \"0-5\"}]}", "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"0-5\": error parsing succeededIndexes: too large index: \"5\"")]
    [InlineData("\"selector\": {\"matchLabels\": {\"a\": \"b\"}}", "spec.template.metadata.labels: Invalid value: {\"batch.kubernetes.io/controller-uid\":\"job-1\",\"batch.kubernetes.io/job-name\":\"work\",\"controller-uid\":\"job-1\",\"job-name\":\"work\"}: `selector` does not match template `labels`", "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\",\"batch.kubernetes.io/controller-uid\":\"job-1\"}}: `selector` not auto-generated")]
    public void A_bad_job_is_refused_with_exactly_its_problems(string spec, params string[] problems) =>
        Assert.Equal(problems.Order(), JobRules.ValidateAny(Made(spec)).Select(error => error.ToString()).Order());

    [Fact]
    public void A_job_whose_pods_never_end_is_refused()
    {
        var job = Made("\"parallelism\": 1", restartPolicy: "Always");
        Assert.Equal(["spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""], JobRules.ValidateAny(job).Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("\"parallelism\": 7, \"suspend\": true, \"ttlSecondsAfterFinished\": 3, \"activeDeadlineSeconds\": 9", "")]
    [InlineData("\"completions\": 2", "spec.completions")]
    [InlineData("\"completionMode\": \"Indexed\", \"completions\": 1, \"parallelism\": 1", "spec.completionMode")]
    [InlineData("\"podFailurePolicy\": {\"rules\": []}, \"podReplacementPolicy\": \"Failed\"", "spec.podFailurePolicy")]
    public void Of_a_job_only_how_it_runs_may_change(string spec, string refused)
    {
        var old = Made("\"completions\": 1");
        var changed = Made(spec.Contains("completions", StringComparison.Ordinal) ? spec : "\"completions\": 1, " + spec);
        Assert.Equal(refused.Length == 0 ? [] : [refused], JobRules.ValidateUpdateAny(changed, old).Select(error => error.Field).Distinct());
    }

    [Fact]
    public void The_template_of_a_job_is_fixed_once_it_has_begun()
    {
        var old = Made("\"completions\": 1");
        var template = old.Spec.Template with { Spec = old.Spec.Template.Spec with { NodeSelector = ValueMap.Of(("zone", "a")) } };
        var moved = old with { Spec = old.Spec with { Template = template } };
        Assert.Equal(["spec.template"], JobRules.ValidateUpdateAny(moved, old).Select(error => error.Field));
        Assert.Empty(JobRules.ValidateUpdateAny(moved, old with { Spec = old.Spec with { Suspend = true } }));
    }

    [Fact]
    public void An_indexed_job_grows_with_its_parallelism()
    {
        var old = Made("\"completionMode\": \"Indexed\", \"completions\": 2, \"parallelism\": 2");
        Assert.Empty(JobRules.ValidateUpdateAny(Made("\"completionMode\": \"Indexed\", \"completions\": 4, \"parallelism\": 4"), old));
        Assert.Equal(
            ["spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism"],
            JobRules.ValidateUpdateAny(Made("\"completionMode\": \"Indexed\", \"completions\": 4, \"parallelism\": 2"), old).Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("\"schedule\": \"* * * *\"", "spec.schedule: Invalid value: \"* * * *\": expected exactly 5 fields, found 4: [* * * *]")]
    [InlineData("\"schedule\": \"61 * * * *\"", "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61")]
    [InlineData("\"schedule\": \"a * * * *\"", "spec.schedule: Invalid value: \"a * * * *\": failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax")]
    [InlineData("\"schedule\": \"@never\"", "spec.schedule: Invalid value: \"@never\": unrecognized descriptor: @never")]
    [InlineData("\"schedule\": \"TZ=UTC 0 * * * *\"", "spec.schedule: Invalid value: \"TZ=UTC 0 * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [InlineData("\"schedule\": \"@hourly\", \"timeZone\": \"Europe/Atlantis\"", "spec.timeZone: Invalid value: \"Europe/Atlantis\": unknown time zone Europe/Atlantis")]
    [InlineData("\"schedule\": \"@hourly\", \"timeZone\": \"Local\"", "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")]
    [InlineData("\"schedule\": \"@hourly\", \"concurrencyPolicy\": \"Maybe\"", "spec.concurrencyPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Forbid\", \"Replace\"")]
    [InlineData("\"schedule\": \"@every 90m\"")]
    [InlineData("\"schedule\": \"0-30/10 8-17 * jan,MAR mon-fri\", \"timeZone\": \"Europe/Berlin\"")]
    public void A_bad_cron_job_is_refused_with_exactly_its_problem(string spec, params string[] problems)
    {
        var job = (CronJob)CronRules.DefaultAny(ModelJson.Read<CronJob>($$$"""
            {"metadata": {"name": "tick", "namespace": "shop"}, "spec": { {{{spec}}}, "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never",
             "containers": [{"name": "app", "image": "x"}]} } } } } }
            """));
        Assert.Equal(problems, CronRules.ValidateAny(job).Select(error => error.ToString()));
    }

    private static Job Made(string spec, string restartPolicy = "Never")
    {
        var job = ModelJson.Read<Job>($$$"""
            {"metadata": {"name": "work", "namespace": "shop", "resourceVersion": "1"}, "spec": { {{{spec}}}, "template": {"spec": {"restartPolicy": "{{{restartPolicy}}}",
             "containers": [{"name": "app", "image": "x"}]} } } }
            """);
        job = (Job)JobRules.DefaultAny(job);
        return (Job)JobRules.PrepareForCreateAny(job with { Metadata = job.Metadata with { Uid = "job-1" } });
    }
}
