using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd;

/// <summary>Work that ends, in real processes.</summary>
public sealed class JobCommandTests(ProcessCluster cluster) : IClassFixture<ProcessCluster>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Kubectl Kubectl => cluster.Kubectl;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_runs_its_command_to_the_end_and_keeps_its_words()
    {
        var space = await cluster.NamespaceAsync();
        Assert.Equal("job.batch/hello created\n", await Kubectl.SaysAsync("-n", space, "create", "job", "hello", $"--image={Manifests.ShellImage}", "--", "/bin/sh", "-c", "echo done"));
        Assert.Equal("job.batch/hello condition met\n", await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Complete", "job/hello", "--timeout=90s"));
        Assert.Equal("done\n", await Kubectl.SaysAsync("-n", space, "logs", "job/hello"));
        Assert.Matches(@"hello +Complete +1/1 ", await Kubectl.SaysAsync("-n", space, "get", "jobs"));
        Assert.Matches(@"hello-\w+ +0/1 +Completed +0 ", await Kubectl.SaysAsync("-n", space, "get", "pods"));
        var described = await Kubectl.SaysAsync("-n", space, "describe", "job", "hello");
        Assert.Contains("0 Active (0 Ready) / 1 Succeeded / 0 Failed", described, StringComparison.Ordinal);
        Assert.Contains("Job completed", described, StringComparison.Ordinal);
        await Kubectl.SaysAsync("-n", space, "delete", "job", "hello");
        await ClusterFixture.HoldsAsync("its pod is gone", async () => await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name") == "");
    }

    [Fact]
    public async Task A_job_that_an_older_client_deletes_leaves_its_pods_and_a_warning()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Job("older", "completions: 1", "true"), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Complete", "job/older", "--timeout=90s");
        var deleted = await Kubectl.RunAsync("delete", "--raw", $"/apis/batch/v1/namespaces/{space}/jobs/older");
        Assert.Contains("child pods are preserved by default when jobs are deleted", deleted.Errors, StringComparison.Ordinal);
        await ClusterFixture.HoldsAsync("the job is gone", async () => await Kubectl.SaysAsync("-n", space, "get", "jobs", "-o", "name") == "");
        Assert.Equal("", await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "jsonpath={.items[0].metadata.ownerReferences}"));
    }

    [Fact]
    public async Task A_finished_job_goes_with_its_pods_when_its_time_to_live_is_over()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Job("short", "ttlSecondsAfterFinished: 1", "true"), "-n", space)).Succeeded();
        (await Kubectl.ApplyAsync(Job("kept", "completions: 1", "true"), "-n", space)).Succeeded();
        await ClusterFixture.HoldsAsync("the short one and its pods are gone", async () =>
            await Kubectl.SaysAsync("-n", space, "get", "jobs,pods", "-l", "job-name=short", "-o", "name") == ""
            && await Kubectl.SaysAsync("-n", space, "get", "jobs", "-o", "name") == "job.batch/kept\n");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Complete", "job/kept", "--timeout=90s");
    }

    [Fact]
    public async Task A_job_that_may_not_fail_fails_at_once_and_says_why()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Job("fails", "backoffLimit: 0", "exit 3"), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Failed", "job/fails", "--timeout=90s");
        Assert.Equal("BackoffLimitExceeded", await Kubectl.SaysAsync("-n", space, "get", "job", "fails", "-o", "jsonpath={.status.conditions[?(@.type==\"Failed\")].reason}"));
        Assert.Equal("1", await Kubectl.SaysAsync("-n", space, "get", "job", "fails", "-o", "jsonpath={.status.failed}"));
    }

    [Fact]
    public async Task Each_index_of_a_job_knows_its_number()
    {
        var space = await cluster.NamespaceAsync();
        (await Kubectl.ApplyAsync(Job("parts", "completionMode: Indexed\n  completions: 3\n  parallelism: 2", "echo part $JOB_COMPLETION_INDEX"), "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Complete", "job/parts", "--timeout=120s");
        Assert.Equal("0-2", await Kubectl.SaysAsync("-n", space, "get", "job", "parts", "-o", "jsonpath={.status.completedIndexes}"));
        Assert.Equal("part 2\n", await Kubectl.SaysAsync("-n", space, "logs", "-l", "batch.kubernetes.io/job-completion-index=2"));
    }

    [Fact]
    public async Task A_job_that_is_wrong_or_changed_is_refused_by_name()
    {
        var space = await cluster.NamespaceAsync();
        var refused = await Kubectl.ApplyAsync(Job("x", "completionMode: Indexed\n  parallelism: 1", "true"), "-n", space);
        Assert.Contains("spec.completions: Required value: when completion mode is Indexed", refused.Errors, StringComparison.Ordinal);
        (await Kubectl.ApplyAsync(Job("x", "completions: 1\n  suspend: false", "true"), "-n", space)).Succeeded();
        refused = await Kubectl.ApplyAsync(Job("x", "completions: 2\n  suspend: false", "false"), "-n", space);
        Assert.Contains("spec.completions: Invalid value: 2: field is immutable", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("spec.template: Invalid value", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cron_jobs_job_can_be_made_by_hand()
    {
        var space = await cluster.NamespaceAsync();
        await Kubectl.SaysAsync("-n", space, "create", "cronjob", "tick", $"--image={Manifests.ShellImage}", "--schedule=0 0 1 1 *", "--", "/bin/sh", "-c", "echo tick");
        Assert.Equal("job.batch/by-hand created\n", await Kubectl.SaysAsync("-n", space, "create", "job", "by-hand", "--from=cronjob/tick"));
        await Kubectl.SaysAsync("-n", space, "wait", "--for=condition=Complete", "job/by-hand", "--timeout=90s");
        await Kubectl.SaysAsync("-n", space, "wait", "--for=jsonpath={.status.lastSuccessfulTime}", "cronjob/tick", "--timeout=60s");
        Assert.Matches(@"tick +0 0 1 1 \* +<none> +False +0 +<none> ", await Kubectl.SaysAsync("-n", space, "get", "cronjobs"));
        await Kubectl.SaysAsync("-n", space, "delete", "cronjob", "tick");
        await ClusterFixture.HoldsAsync("its job and pod are gone", async () => await Kubectl.SaysAsync("-n", space, "get", "jobs,pods", "-o", "name") == "");
    }

    [Fact]
    public async Task Files_are_copied_into_a_pod_and_out_of_it()
    {
        var space = await cluster.NamespaceAsync();
        await Kubectl.SaysAsync("-n", space, "run", "holds", $"--image={Manifests.ShellImage}", "--command", "--", "/bin/sh", "-c", Manifests.Waits);
        await cluster.ReadyAsync(space, "holds");
        await File.WriteAllTextAsync(_folder["sent"], "kept\n", TestContext.Current.CancellationToken);
        await Kubectl.SaysAsync("-n", space, "cp", _folder["sent"], $"holds:{_folder["there"]}");
        Assert.Equal("kept\n", await Kubectl.SaysAsync("-n", space, "exec", "holds", "--", "cat", _folder["there"]));
        await Kubectl.SaysAsync("-n", space, "cp", $"holds:{_folder["there"]}", _folder["back"]);
        Assert.Equal("kept\n", await File.ReadAllTextAsync(_folder["back"], TestContext.Current.CancellationToken));
    }

    private static string Job(string name, string spec, string script) => $$"""
        apiVersion: batch/v1
        kind: Job
        metadata: {name: {{name}}}
        spec:
          {{spec}}
          template:
            spec:
              restartPolicy: Never
              containers:
              - {name: app, image: {{Manifests.ShellImage}}, command: [/bin/sh, -c, "{{script}}"]}

        """;
}
