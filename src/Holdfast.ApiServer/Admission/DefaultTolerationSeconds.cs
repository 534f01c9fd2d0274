using Holdfast.Model.Core;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission;

/// <summary>A pod that says nothing of it stays five minutes on a node that is not ready or cannot be reached.</summary>
internal sealed class DefaultTolerationSeconds : IAdmissionPlugin
{
    private const long Seconds = 300;
    private static readonly string[] Taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    /// <inheritdoc/>
    public string Name => "DefaultTolerationSeconds";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!request.Creates("pods"))
            return new(resource);
        var pod = (Pod)resource;
        foreach (var taint in Taints)
        {
            if (!pod.Spec.Tolerations.Any(toleration => Covers(toleration, taint)))
                pod = pod with { Spec = pod.Spec with { Tolerations = pod.Spec.Tolerations.Add(For(taint)) } };
        }
        return new(pod);
    }

    private static bool Covers(Toleration toleration, string taint) =>
        (toleration.Key == taint || toleration.Key.Length == 0) && (toleration.Effect is "NoExecute" or "");

    private static Toleration For(string taint) => Toleration.Empty with
    {
        Key = taint,
        Operator = "Exists",
        Effect = "NoExecute",
        TolerationSeconds = Seconds,
    };
}
