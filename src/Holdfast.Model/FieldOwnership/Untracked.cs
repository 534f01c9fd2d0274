namespace Holdfast.Model.FieldOwnership;

/// <summary>The fields that nobody owns: they name the object, or the server alone writes them.</summary>
internal static class Untracked
{
    private static readonly FieldSet Paths = FieldSet.Of(
        ["f:apiVersion"], ["f:kind"], ["f:metadata"], ["f:metadata", "f:name"], ["f:metadata", "f:namespace"],
        ["f:metadata", "f:creationTimestamp"], ["f:metadata", "f:selfLink"], ["f:metadata", "f:uid"], ["f:metadata", "f:clusterName"],
        ["f:metadata", "f:generation"], ["f:metadata", "f:managedFields"], ["f:metadata", "f:resourceVersion"]);

    internal static FieldSet Strip(FieldSet set) => set.Difference(Paths);
}
