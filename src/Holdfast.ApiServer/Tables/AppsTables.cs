using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of what keeps pods running.</summary>
internal static class AppsTables
{
    /// <summary>The tables.</summary>
    public static ImmutableArray<KindTable> All { get; } =
    [
        KindTable.Of<StatefulSet>(
            [
                TableColumn.ObjectName, TableColumn.Text("Ready", "How many of the wanted pods are ready."), TableColumn.Age,
                TableColumn.Containers, TableColumn.Images,
            ],
            (row, set) => row.Name(set).Ratio(set.Status.ReadyReplicas, set.Spec.Replicas ?? 0).Age(set)
                .Text(CellText.Containers(set.Spec.Template)).Text(CellText.Images(set.Spec.Template))),
        KindTable.Of<ControllerRevision>(
            [
                TableColumn.ObjectName, TableColumn.Text("Controller", "Whose revision this is."),
                TableColumn.Text("Revision", "The revision's number."), TableColumn.Age,
            ],
            (row, revision) => row.Name(revision).Text(Controller(revision.Metadata)).Number(revision.Revision).Age(revision)),
        KindTable.Of<Deployment>(
            [
                TableColumn.ObjectName,
                TableColumn.Text("Ready", "How many of the wanted pods are ready."),
                TableColumn.Text("Up-to-date", "How many pods are made from the current template."),
                TableColumn.Text("Available", "How many pods have been ready for long enough."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            (row, deployment) => row.Name(deployment).Ratio(deployment.Status.ReadyReplicas, deployment.Spec.Replicas ?? 0)
                .Number(deployment.Status.UpdatedReplicas).Number(deployment.Status.AvailableReplicas).Age(deployment)
                .Text(CellText.Containers(deployment.Spec.Template)).Text(CellText.Images(deployment.Spec.Template))
                .Text(LabelMatcher.TryFrom(deployment.Spec.Selector, out var matcher, out _) ? matcher.ToString() : "<invalid>")),
        KindTable.Of<ReplicaSet>(
            [
                TableColumn.ObjectName,
                TableColumn.Number("Desired", "How many pods are wanted."),
                TableColumn.Number("Current", "How many pods there are."),
                TableColumn.Number("Ready", "How many pods are ready."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            (row, set) => row.Name(set).Number(set.Spec.Replicas ?? 0).Number(set.Status.Replicas).Number(set.Status.ReadyReplicas)
                .Age(set).Text(CellText.Containers(set.Spec.Template)).Text(CellText.Images(set.Spec.Template))
                .Text(CellText.Selector(set.Spec.Selector))),
        KindTable.Of<ReplicationController>(
            [
                TableColumn.ObjectName,
                TableColumn.Number("Desired", "How many pods are wanted."),
                TableColumn.Number("Current", "How many pods there are."),
                TableColumn.Number("Ready", "How many pods are ready."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            (row, set) => row.Name(set).Number(set.Spec.Replicas ?? 0).Number(set.Status.Replicas).Number(set.Status.ReadyReplicas)
                .Age(set).Text(CellText.Containers(set.Spec.Template ?? PodTemplateSpec.Empty)).Text(CellText.Images(set.Spec.Template ?? PodTemplateSpec.Empty))
                .Text(CellText.Labels(set.Spec.Selector))),
        KindTable.Of<DaemonSet>(
            [
                TableColumn.ObjectName,
                TableColumn.Number("Desired", "How many nodes should run the pod."),
                TableColumn.Number("Current", "How many of these nodes have the pod."),
                TableColumn.Number("Ready", "How many of these pods are ready."),
                TableColumn.Number("Up-to-date", "How many of these pods are made from the current template."),
                TableColumn.Number("Available", "How many of these pods have been ready for long enough."),
                TableColumn.Text("Node Selector", "The labels of the nodes that should run the pod."),
                TableColumn.Age, TableColumn.Containers, TableColumn.Images, TableColumn.Selector,
            ],
            WriteDaemonSet),
        KindTable.Of<Scale>(
            [
                TableColumn.ObjectName, TableColumn.Number("Desired", "How many are wanted."),
                TableColumn.Number("Available", "How many there are."), TableColumn.Age,
            ],
            (row, scale) => row.Name(scale).Number(scale.Spec.Replicas).Number(scale.Status.Replicas).Age(scale)),
    ];

    private static void WriteDaemonSet(RowWriter row, DaemonSet set)
    {
        var status = set.Status;
        row.Name(set).Number(status.DesiredNumberScheduled).Number(status.CurrentNumberScheduled).Number(status.NumberReady)
            .Number(status.UpdatedNumberScheduled).Number(status.NumberAvailable)
            .Text(CellText.Labels(set.Spec.Template.Spec.NodeSelector)).Age(set)
            .Text(CellText.Containers(set.Spec.Template)).Text(CellText.Images(set.Spec.Template))
            .Text(CellText.Selector(set.Spec.Selector));
    }

    private static string Controller(ObjectMeta metadata)
    {
        foreach (var owner in metadata.OwnerReferences)
        {
            if (owner.Controller != true)
                continue;
            var slash = owner.ApiVersion.IndexOf('/', StringComparison.Ordinal);
            var kind = slash < 0 ? owner.Kind : $"{owner.Kind}.{owner.ApiVersion[..slash]}";
            return $"{kind.ToLowerInvariant()}/{owner.Name}";
        }
        return RowWriter.None;
    }
}
