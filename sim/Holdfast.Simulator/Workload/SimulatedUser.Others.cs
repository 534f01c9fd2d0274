using System.Globalization;
using Holdfast.Model.Apps;
using Holdfast.Model.Batch;

namespace Holdfast.Simulator.Workload;

/// <content>What runs beside the sets: a Deployment, whose pods a budget counts through two owners, and Jobs, whose pods are held until they are counted.</content>
internal sealed partial class SimulatedUser
{
    private const string Other = "app";
    private bool _hasOthers;

    private Task RunOthersAsync()
    {
        if (!_hasOthers)
            return MakeOthersAsync();
        return chance.Next(4) switch
        {
            0 => ChangeOtherAsync($"scales {Other}", spec => spec with { Replicas = chance.Next(5) }),
            1 => ChangeOtherAsync($"changes the template of {Other}", spec => spec with
            {
                Template = spec.Template with { Spec = spec.Template.Spec with { Containers = [spec.Template.Spec.Containers[0] with { Image = $"example/{Other}:{1 + chance.Next(9)}" }] } },
            }),
            2 => EvictAsync(Other),
            _ => MakeJobAsync(),
        };
    }

    private async Task MakeOthersAsync()
    {
        _hasOthers = true;
        story.Tell("user", $"makes Deployment {Other} with 3 replicas");
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<Deployment>($$$$"""
            {"metadata": {"name": "{{{{Other}}}}", "namespace": "{{{{Space}}}}"},
             "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "{{{{Other}}}}"} },
              "template": {"metadata": {"labels": {"app": "{{{{Other}}}}"} }, "spec": {"automountServiceAccountToken": false, "terminationGracePeriodSeconds": 5,
               "containers": [{"name": "main", "image": "example/{{{{Other}}}}:1"}]} }} }
            """), stop));
        await MakeBudgetAsync(Other, Other);
        await MakeJobAsync();
    }

    private async Task MakeJobAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"job-{_made++}");
        story.Tell("user", $"makes Job {name}");
        await AskAsync(stop => client.CreateAsync(ModelJson.Read<Job>($$$$"""
            {"metadata": {"name": "{{{{name}}}}", "namespace": "{{{{Space}}}}"},
             "spec": {"completions": 3, "parallelism": 2, "backoffLimit": 1000, "template": {"spec": {"automountServiceAccountToken": false, "restartPolicy": "{{{{(chance.Next(2) == 0 ? "OnFailure" : "Never")}}}}",
              "terminationGracePeriodSeconds": 5, "containers": [{"name": "main", "image": "example/job:1"}]} }} }
            """), stop));
    }

    private async Task ChangeOtherAsync(string what, Func<DeploymentSpec, DeploymentSpec> change)
    {
        story.Tell("user", what);
        // The change is drawn once, however often it is tried.
        DeploymentSpec? before = null, after = null;
        await AskAsync(async stop =>
        {
            var deployment = await client.GetAsync<Deployment>(Space, Other, stop);
            if (before != deployment.Spec)
                (before, after) = (deployment.Spec, change(deployment.Spec));
            return await client.UpdateAsync(deployment with { Spec = after! }, stop);
        });
    }
}
