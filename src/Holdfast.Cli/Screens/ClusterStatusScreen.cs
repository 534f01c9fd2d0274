using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Host;
using Holdfast.Model.Apps;

namespace Holdfast.Cli.Screens;

/// <summary>Shows a cluster's status to a person or a program.</summary>
internal static class ClusterStatusScreen
{
    internal static string Text(RunningCluster running, Uri server, ClusterStatus status)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{(status.IsHealthy ? "Healthy" : "Not healthy")}: {server.GetLeftPart(UriPartial.Authority)}, process {running.ProcessId} ({running.CommandLine})");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Nodes   {status.Nodes.Count(ClusterStatus.IsReady)}/{status.Nodes.Length} ready");
        foreach (var node in status.Nodes)
        {
            var zone = node.Metadata.Labels.GetValueOrDefault("topology.kubernetes.io/zone") ?? "-";
            var pods = status.Pods.Count(pod => pod.Spec.NodeName == node.Metadata.Name);
            text.AppendLine(CultureInfo.InvariantCulture, $"  {node.Metadata.Name,-20} zone {zone,-8} {(ClusterStatus.IsReady(node) ? "ready" : "NOT READY"),-10} {pods} pods");
        }
        text.AppendLine(CultureInfo.InvariantCulture, $"Pods    {status.Pods.Count(ClusterStatus.IsReady)}/{status.Pods.Length} ready");
        text.AppendLine(CultureInfo.InvariantCulture, $"Claims  {status.Claims.Count(claim => claim.Status.Phase == "Bound")}/{status.Claims.Length} bound");
        if (!status.Sets.IsEmpty)
        {
            text.AppendLine("Sets");
            foreach (var set in status.Sets)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {set.Metadata.Namespace + "/" + set.Metadata.Name,-30} {set.Status.ReadyReplicas}/{set.Spec.Replicas ?? 1} ready, {Revision(set)}");
            }
        }
        if (!status.Stewards.IsEmpty)
        {
            text.AppendLine("Stewards");
            foreach (var steward in status.Stewards)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {steward.Metadata.Namespace + "/" + steward.Metadata.Name,-30} {StewardScreen.Summary(steward, status.Now)}");
            }
        }
        return text.ToString();
    }

    internal static void Write(Utf8JsonWriter writer, RunningCluster running, Uri server, ClusterStatus status)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("running", true);
        writer.WriteBoolean("healthy", status.IsHealthy);
        writer.WriteNumber("processId", running.ProcessId);
        writer.WriteString("server", server.GetLeftPart(UriPartial.Authority));
        Count(writer, "nodes", status.Nodes.Length, status.Nodes.Count(ClusterStatus.IsReady));
        Count(writer, "pods", status.Pods.Length, status.Pods.Count(ClusterStatus.IsReady));
        Count(writer, "claims", status.Claims.Length, status.Claims.Count(claim => claim.Status.Phase == "Bound"));
        writer.WriteStartArray("statefulSets");
        foreach (var set in status.Sets)
        {
            writer.WriteStartObject();
            writer.WriteString("namespace", set.Metadata.Namespace);
            writer.WriteString("name", set.Metadata.Name);
            writer.WriteNumber("wanted", set.Spec.Replicas ?? 1);
            writer.WriteNumber("ready", set.Status.ReadyReplicas);
            writer.WriteString("currentRevision", set.Status.CurrentRevision);
            writer.WriteString("updateRevision", set.Status.UpdateRevision);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("stewards");
        foreach (var steward in status.Stewards)
        {
            writer.WriteStartObject();
            writer.WriteString("namespace", steward.Metadata.Namespace);
            writer.WriteString("name", steward.Metadata.Name);
            writer.WriteString("statefulSet", steward.Spec.TargetRef.Name);
            writer.WriteBoolean("healthy", StewardScreen.IsHealthy(steward, status.Now));
            writer.WriteString("leader", steward.Status.Leader);
            writer.WriteString("doing", steward.Status.Summary);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void WriteNotRunning(Utf8JsonWriter writer, string dataFolder)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("running", false);
        writer.WriteString("data", dataFolder);
        writer.WriteEndObject();
    }

    // Of a set with OnDelete the current revision stays what it was once, also when every pod is at the new one.
    internal static string Revision(StatefulSet set) => set.Status.CurrentRevision == set.Status.UpdateRevision
        || (set.Spec.UpdateStrategy.Type == "OnDelete" && set.Status.ObservedGeneration >= set.Metadata.Generation && set.Status.Replicas > 0 && set.Status.UpdatedReplicas >= set.Status.Replicas)
        ? $"revision {set.Status.UpdateRevision}"
        : $"{set.Status.CurrentRevision} -> {set.Status.UpdateRevision}, {set.Status.UpdatedReplicas} updated";

    private static void Count(Utf8JsonWriter writer, string name, int total, int good)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("total", total);
        writer.WriteNumber("ready", good);
        writer.WriteEndObject();
    }
}
