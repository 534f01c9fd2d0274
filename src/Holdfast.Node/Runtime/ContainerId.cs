namespace Holdfast.Node.Runtime;

/// <summary>One attempt of one container of one pod.</summary>
/// <param name="PodUid">Uid of the pod.</param>
/// <param name="Name">Name of the container in the pod.</param>
/// <param name="Attempt">0 for the first start, one more for each restart.</param>
public readonly record struct ContainerId(string PodUid, string Name, int Attempt)
{
    /// <summary>The form used in messages and, after <c>runtime://</c>, in a pod's status: <c>uid/name/attempt</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PodUid}/{Name}/{Attempt}");
}
