namespace Holdfast.Store.Index;

/// <summary>A place in a collection's order.</summary>
internal readonly record struct Bound(string Namespace, string Name)
{
    public static Bound Of(Entry entry) => new(entry.Key.Namespace, entry.Key.Name);

    /// <summary>The place before everything in a namespace.</summary>
    public static Bound StartOf(string @namespace) => new(@namespace, "");

    /// <summary>The place after everything in a namespace: no string sorts between it and itself plus NUL.</summary>
    public static Bound EndOf(string @namespace) => new(@namespace + "\0", "");

    /// <summary>The place right after a key.</summary>
    public Bound After() => this with { Name = Name + "\0" };

    public int CompareTo(Entry entry)
    {
        var byNamespace = string.CompareOrdinal(Namespace, entry.Key.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, entry.Key.Name);
    }
}
