using System.Globalization;
using Holdfast.Model.Apps;
using Holdfast.Model.Values;

namespace Holdfast.Controllers.Deployments;

/// <summary>The annotations by which a Deployment and its sets know revisions and sizes. Pure functions; the names are Kubernetes'.</summary>
public static class DeploymentAnnotations
{
    /// <summary>The number of the template's revision, on the Deployment and on each set.</summary>
    public const string Revision = "deployment.kubernetes.io/revision";

    /// <summary>The numbers that a set had before, when its template came back.</summary>
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";

    /// <summary>How many pods the Deployment wanted when the set was last sized.</summary>
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";

    /// <summary>How many pods the Deployment could have at most when the set was last sized.</summary>
    public const string MaximumReplicas = "deployment.kubernetes.io/max-replicas";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string RollbackTo = "deprecated.deployment.rollback.to";
    private const int HistoryLimit = 2000;

    /// <summary>The revision in an object's annotations; 0 when there is none.</summary>
    /// <param name="annotations">The annotations.</param>
    public static long RevisionOf(ValueMap<string> annotations) => Number(annotations, Revision) ?? 0;

    /// <summary>The set with the Deployment's annotations and its revision, which never goes down.</summary>
    /// <param name="set">The set.</param>
    /// <param name="deployment">The Deployment.</param>
    /// <param name="revision">The newest revision.</param>
    public static ReplicaSet WithRevision(ReplicaSet set, Deployment deployment, long revision)
    {
        var annotations = set.Metadata.Annotations;
        foreach (var (key, value) in deployment.Metadata.Annotations)
        {
            if (key is not (LastApplied or Revision or RevisionHistory or DesiredReplicas or MaximumReplicas or RollbackTo))
            {
                annotations = annotations.SetItem(key, value);
            }
        }
        var old = annotations.GetValueOrDefault(Revision);
        if (RevisionOf(annotations) < revision)
        {
            annotations = annotations.SetItem(Revision, Text(revision));
            if (!string.IsNullOrEmpty(old))
            {
                annotations = annotations.SetItem(RevisionHistory, History(annotations.GetValueOrDefault(RevisionHistory), old));
            }
        }
        return annotations == set.Metadata.Annotations ? set : set with { Metadata = set.Metadata with { Annotations = annotations } };
    }

    /// <summary>The set with the sizes that the Deployment has now.</summary>
    /// <param name="set">The set.</param>
    /// <param name="deployment">The Deployment.</param>
    public static ReplicaSet WithSizes(ReplicaSet set, Deployment deployment)
    {
        var annotations = set.Metadata.Annotations
            .SetItem(DesiredReplicas, Text(Rollout.Wanted(deployment)))
            .SetItem(MaximumReplicas, Text(Rollout.Wanted(deployment) + Rollout.MaximumSurge(deployment)));
        return annotations == set.Metadata.Annotations ? set : set with { Metadata = set.Metadata with { Annotations = annotations } };
    }

    /// <summary>A whole number in an object's annotations; null when there is none.</summary>
    /// <param name="annotations">The annotations.</param>
    /// <param name="name">The annotation.</param>
    public static int? Number(ValueMap<string> annotations, string name) =>
        int.TryParse(annotations.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A number as annotations have it.</summary>
    /// <param name="number">The number.</param>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string History(string? history, string old)
    {
        if (string.IsNullOrEmpty(history))
        {
            return old;
        }
        var revisions = history.Split(',').Append(old).ToList();
        while (revisions.Count > 1 && revisions.Sum(revision => revision.Length + 1) - 1 > HistoryLimit)
        {
            revisions.RemoveAt(0);
        }
        return string.Join(',', revisions);
    }
}
