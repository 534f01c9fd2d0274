using Holdfast.Model.Apps;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>How events tell of a set's pods and claims, as Kubernetes 1.36 words them.</summary>
internal static class StatefulSetWords
{
    /// <summary>That something of a pod failed.</summary>
    /// <param name="verb">What: <c>Create</c>.</param>
    /// <param name="set">The set.</param>
    /// <param name="podName">The pod.</param>
    /// <param name="problem">Why.</param>
    internal static StatefulSetNote Failed(string verb, StatefulSet set, string podName, string problem) =>
        new("Failed" + verb, $"{verb} Pod {podName} in StatefulSet {set.Metadata.Name} failed error: {problem}");

    /// <summary>That a claim could not be made.</summary>
    /// <param name="set">The set.</param>
    /// <param name="effect">The claim.</param>
    /// <param name="problem">Why.</param>
    internal static StatefulSetNote Failed(StatefulSet set, CreateClaim effect, string problem) =>
        new("FailedCreate", $"Create Claim {effect.Claim.Metadata.Name} for Pod {effect.PodName} in StatefulSet {set.Metadata.Name} failed error: {problem}");

    /// <summary>That something of a pod was done.</summary>
    /// <param name="verb">What: <c>Create</c>.</param>
    /// <param name="set">The set.</param>
    /// <param name="podName">The pod.</param>
    internal static StatefulSetNote Done(string verb, StatefulSet set, string podName) =>
        new("Successful" + verb, $"{verb} Pod {podName} in StatefulSet {set.Metadata.Name} successful");
}
