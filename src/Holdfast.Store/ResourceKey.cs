namespace Holdfast.Store;

/// <summary>Names one object. Within a collection, keys are ordered by namespace, then by name, both ordinally.</summary>
/// <param name="Resource">The collection: a plural with its group, "pods" or "statefulsets.apps".</param>
/// <param name="Namespace">The namespace; empty for cluster-scoped objects.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ResourceKey(string Resource, string Namespace, string Name)
{
    /// <summary>The form used in messages: "pods default/web-0", or "nodes a".</summary>
    public override string ToString() =>
        Namespace.Length == 0 ? $"{Resource} {Name}" : $"{Resource} {Namespace}/{Name}";
}
