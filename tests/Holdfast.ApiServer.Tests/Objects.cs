using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Policy;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Tests;

/// <summary>Small valid objects; tests set what matters to them.</summary>
internal static class Objects
{
    public static ObjectMeta Meta(string name, string space = "default") => ObjectMeta.Empty with { Name = name, Namespace = space };

    public static ConfigMap ConfigMap(string name, params (string, string)[] data) =>
        Model.Core.ConfigMap.Empty with { Metadata = Meta(name), Data = ValueMap.Of(data) };

    public static ServiceAccount DefaultAccount() => ServiceAccount.Empty with { Metadata = Meta("default") };

    public static Pod Pod(string name, string nodeName = "") => Model.Core.Pod.Empty with
    {
        Metadata = Meta(name) with { Labels = ValueMap.Of(("app", "a")) },
        Spec = PodSpec.Empty with
        {
            NodeName = nodeName,
            TerminationGracePeriodSeconds = 60,
            Containers = [Container.Empty with { Name = "c", Image = "example/x:1" }],
        },
    };

    public static Pod Ready(Pod pod) => pod with
    {
        Status = pod.Status with
        {
            Phase = "Running",
            Conditions = [PodCondition.Empty with { Type = "Ready", Status = "True" }],
        },
    };

    public static PodDisruptionBudget Budget(int minAvailable) => PodDisruptionBudget.Empty with
    {
        Metadata = Meta("b"),
        Spec = PodDisruptionBudgetSpec.Empty with
        {
            MinAvailable = minAvailable,
            Selector = LabelSelector.Empty with { MatchLabels = ValueMap.Of(("app", "a")) },
        },
    };
}
