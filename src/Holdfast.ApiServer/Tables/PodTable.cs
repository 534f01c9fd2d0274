using System.Globalization;
using Holdfast.Model.Core;

namespace Holdfast.ApiServer.Tables;

/// <summary>The columns of pods.</summary>
internal static class PodTable
{
    /// <summary>The table.</summary>
    public static KindTable Table { get; } = KindTable.Of<Pod>(
        [
            TableColumn.ObjectName,
            TableColumn.Text("Ready", "How many of the pod's containers are ready."),
            TableColumn.Text("Status", "What the pod is doing, told from its phase and its containers."),
            TableColumn.Text("Restarts", "How often the pod's containers were started again, and when that last happened."),
            TableColumn.Age,
            TableColumn.Wide("IP", "The pod's address."),
            TableColumn.Wide("Node", "The node on which the pod runs."),
            TableColumn.Wide("Nominated Node", "The node that is being cleared for the pod."),
            TableColumn.Wide("Readiness Gates", "How many of the pod's readiness gates are true."),
        ],
        WriteCells, Completion);

    private static void WriteCells(RowWriter row, Pod pod)
    {
        var summary = PodSummary.Of(pod);
        row.Name(pod).Ratio(summary.Ready, summary.Total).Text(summary.Status);
        row.Text(summary is { Restarts: not 0, LastRestart: { } last }
            ? string.Create(CultureInfo.InvariantCulture, $"{summary.Restarts} ({row.AgoText(last)} ago)")
            : summary.Restarts.ToString(CultureInfo.InvariantCulture));
        row.Age(pod)
            .TextOr(pod.Status.PodIPs.IsEmpty ? pod.Status.PodIP : pod.Status.PodIPs[0].Ip, RowWriter.None)
            .TextOr(pod.Spec.NodeName, RowWriter.None)
            .TextOr(pod.Status.NominatedNodeName, RowWriter.None);
        if (pod.Spec.ReadinessGates.IsEmpty)
            row.Text(RowWriter.None);
        else
            row.Ratio(pod.Spec.ReadinessGates.Count(gate => PodSummary.IsTrue(pod, gate.ConditionType)), pod.Spec.ReadinessGates.Count);
    }

    private static RowCompletion? Completion(Pod pod) => pod.Status.Phase switch
    {
        "Succeeded" => new("Succeeded", "The pod has completed successfully."),
        "Failed" => new("Failed", "The pod failed."),
        _ => null,
    };
}
