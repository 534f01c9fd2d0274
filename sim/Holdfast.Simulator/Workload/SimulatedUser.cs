using System.Globalization;
using Holdfast.Client;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Platform;
using Holdfast.Simulator.Story;

namespace Holdfast.Simulator.Workload;

/// <summary>A person at kubectl: makes a set of three with claims and then does what the seed says, always something that is allowed.</summary>
/// <param name="client">The way to the API server; nothing is lost on it, so that the script is what was written.</param>
/// <param name="chance">Chooses.</param>
/// <param name="story">What is told.</param>
/// <param name="failPod">Makes the processes of the pod with this uid fail.</param>
public sealed class SimulatedUser(KubernetesClient client, IChance chance, StoryTeller story, Action<string> failPod)
{
    private const string Set = "web";
    private int _version = 1;

    /// <summary>Makes the class, the account and the set.</summary>
    /// <param name="podManagementPolicy">The set's policy.</param>
    /// <param name="minReadySeconds">The set's minReadySeconds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BeginAsync(string podManagementPolicy, int minReadySeconds, CancellationToken cancellationToken)
    {
        await client.CreateAsync(ModelJson.Read<ServiceAccount>("""{"metadata": {"name": "default", "namespace": "default"}}"""), cancellationToken);
        await client.CreateAsync(ModelJson.Read<Model.Storage.StorageClass>("""
            {"metadata": {"name": "standard"}, "provisioner": "holdfast.dev/directory",
             "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete"}
            """), cancellationToken);
        await client.CreateAsync(ModelJson.Read<StatefulSet>($$$$"""
            {"metadata": {"name": "{{{{Set}}}}", "namespace": "default"},
             "spec": {"replicas": 3, "serviceName": "{{{{Set}}}}", "podManagementPolicy": "{{{{podManagementPolicy}}}}",
              "minReadySeconds": {{{{minReadySeconds}}}}, "selector": {"matchLabels": {"app": "{{{{Set}}}}"}},
              "template": {"metadata": {"labels": {"app": "{{{{Set}}}}"}},
               "spec": {"containers": [{"name": "main", "image": "{{{{Image}}}}",
                "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}},
              "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
               "storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"}} }}]}}
            """), cancellationToken);
        story.Tell("user", $"makes {Set} with 3 replicas of {Image}, {podManagementPolicy}");
    }

    /// <summary>Does one thing.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task ActAsync(CancellationToken cancellationToken) => chance.Next(10) switch
    {
        0 or 1 => ScaleAsync(5, cancellationToken),
        2 or 3 => ScaleAsync(3, cancellationToken),
        4 => ScaleAsync(1 + chance.Next(6), cancellationToken),
        5 or 6 => ChangeTemplateAsync(chance.Next(3) == 0 && _version > 1 ? _version - 1 : _version + 1, cancellationToken),
        7 => SetPartitionAsync(chance.Next(4), cancellationToken),
        8 => DeletePodAsync(cancellationToken),
        _ => FailPodAsync(cancellationToken),
    };

    private string Image => string.Create(CultureInfo.InvariantCulture, $"example/web:{_version}");

    private async Task ScaleAsync(int replicas, CancellationToken cancellationToken)
    {
        story.Tell("user", $"scales {Set} to {replicas}");
        await ChangeAsync(spec => spec with { Replicas = replicas }, cancellationToken);
    }

    private async Task ChangeTemplateAsync(int version, CancellationToken cancellationToken)
    {
        _version = version;
        story.Tell("user", $"changes the template to {Image}");
        await ChangeAsync(spec => spec with
        {
            Template = spec.Template with
            {
                Spec = spec.Template.Spec with { Containers = [spec.Template.Spec.Containers[0] with { Image = Image }] },
            },
        }, cancellationToken);
    }

    private async Task SetPartitionAsync(int partition, CancellationToken cancellationToken)
    {
        story.Tell("user", $"sets the partition to {partition}");
        await ChangeAsync(spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with { RollingUpdate = RollingUpdateStatefulSetStrategy.Empty with { Partition = partition } },
        }, cancellationToken);
    }

    private async Task DeletePodAsync(CancellationToken cancellationToken)
    {
        if (await AnyPodAsync(cancellationToken) is { } pod)
        {
            story.Tell("user", $"deletes {pod.Metadata.Name}");
            try
            {
                await client.DeleteAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name, null, cancellationToken);
            }
            catch (ApiException error) when (error.IsNotFound)
            {
                story.Tell("user", $"{pod.Metadata.Name} was gone already");
            }
        }
    }

    private async Task FailPodAsync(CancellationToken cancellationToken)
    {
        if (await AnyPodAsync(cancellationToken) is { } pod)
            failPod(pod.Metadata.Uid);
    }

    private async Task<Pod?> AnyPodAsync(CancellationToken cancellationToken)
    {
        var pods = await client.ListAsync<Pod>(new ListQuery { Namespace = "default" }, cancellationToken);
        return pods.Items.IsEmpty ? null : pods.Items[chance.Next(pods.Items.Length)];
    }

    private async Task ChangeAsync(Func<StatefulSetSpec, StatefulSetSpec> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var set = await client.GetAsync<StatefulSet>("default", Set, cancellationToken);
            try
            {
                await client.UpdateAsync(set with { Spec = change(set.Spec) }, cancellationToken);
                return;
            }
            catch (ApiException error) when (error.IsConflict)
            {
                story.Tell("user", "was overtaken and tries again");
            }
        }
    }
}
