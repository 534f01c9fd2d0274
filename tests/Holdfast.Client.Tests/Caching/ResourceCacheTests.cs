using Holdfast.Client.Caching;
using Holdfast.Model.Core;

namespace Holdfast.Client.Tests.Caching;

public sealed class ResourceCacheTests
{
    private static readonly CacheIndex<Pod> ByNode = new("node", pod => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : []);

    [Fact]
    public void Indices_follow_every_change()
    {
        var cache = new ResourceCache<Pod>().AddIndex(ByNode);
        cache.Replace([Pods.Named("a", 5, node: "n1", owner: "set"), Pods.Named("b", 6)], "7");
        cache.Apply(Pods.Event(WatchEventType.Modified, Pods.Named("b", 8, node: "n1", owner: "set")));
        Assert.Equal(["a", "b"], Names(cache.Lookup(ByNode, "n1")));
        Assert.Equal(["a", "b"], Names(cache.OwnedBy("set")));
        cache.Apply(Pods.Event(WatchEventType.Modified, Pods.Named("a", 9, node: "n2")));
        cache.Apply(Pods.Event(WatchEventType.Deleted, Pods.Named("b", 10, node: "n1", owner: "set")));
        Assert.Empty(cache.Lookup(ByNode, "n1"));
        Assert.Empty(cache.OwnedBy("set"));
        Assert.Equal(["a"], Names(cache.Lookup(ByNode, "n2")));
        Assert.Equal(["a"], Names(cache.InNamespace("shop")));
        Assert.Equal(10UL, cache.SeenRevision);
    }

    [Fact]
    public void An_index_that_comes_later_finds_what_is_there_already()
    {
        var cache = new ResourceCache<Pod>();
        cache.Replace([Pods.Named("a", 5, node: "n1")], "7");
        var unknown = Assert.Throws<InvalidOperationException>(() => cache.Lookup(ByNode, "n1"));
        Assert.Contains("no index by node", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], Names(cache.AddIndex(ByNode).Lookup(ByNode, "n1")));
    }

    [Fact]
    public void Subscribers_are_told_what_is_there_and_then_what_differs_with_the_same_objects()
    {
        var cache = new ResourceCache<Pod>();
        cache.Replace([Pods.Named("a", 5), Pods.Named("b", 6)], "7");
        var told = new List<string>();
        using (cache.Subscribe(change => told.Add($"{Version(change.Old)}>{Version(change.New)}")))
        {
            var newer = Pods.Named("b", 8);
            cache.Replace([newer, Pods.Named("c", 9)], "9");
            Assert.Same(newer, cache.Find("shop", "b"));
            cache.Apply(Pods.Event(WatchEventType.Deleted, Pods.Named("c", 11)));
            cache.Apply(Pods.Event(WatchEventType.Deleted, Pods.Named("never", 12)));
        }
        cache.Replace([], "20");
        Assert.Equal(["->a5", "->b6", "a5>-", "b6>b8", "->c9", "c9>-"], told);
    }

    [Fact]
    public void A_snapshot_stays_what_it_was()
    {
        var cache = new ResourceCache<Pod>();
        cache.Replace([Pods.Named("a", 5, owner: "set")], "7");
        var snapshot = cache.Current;
        cache.Apply(Pods.Event(WatchEventType.Deleted, Pods.Named("a", 8)));
        Assert.NotNull(snapshot.Find("shop", "a"));
        Assert.Equal(["a"], Names(snapshot.OwnedBy("set")));
        Assert.Empty(cache.All);
    }

    [Fact]
    public void Objects_come_by_namespace_and_name_and_a_namespace_ends_with_its_last_object()
    {
        var cache = new ResourceCache<Pod>().AddIndex(CacheIndex<Pod>.ByNamespace);
        cache.Replace([In("b", "x", 1), In("B", "z", 2), In("a", "y", 3), In("a", "B", 4)], "7");
        Assert.Equal(["B/z", "a/B", "a/y", "b/x"], cache.All.Select(pod => ResourceKey.Of(pod).ToString()));
        cache.Apply(Pods.Event(WatchEventType.Deleted, In("b", "x", 8)));
        cache.Apply(Pods.Event(WatchEventType.Added, In("a", "c", 9)));
        cache.Apply(Pods.Event(WatchEventType.Modified, In("B", "z", 10)));
        Assert.Empty(cache.InNamespace("b"));
        Assert.Equal(["B", "c", "y"], Names(cache.InNamespace("a")));
        Assert.Equal(["z"], Names(cache.Lookup(CacheIndex<Pod>.ByNamespace, "B")));
        Assert.Equal(4, cache.Current.Count);
        Assert.Equal(3, cache.Current.CountOf(CacheIndex<Pod>.ByNamespace, "a"));
        Assert.Equal("10", cache.Find("B", "z")!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Those_who_wait_go_on_when_what_they_wait_for_is_there()
    {
        var none = TestContext.Current.CancellationToken;
        var cache = new ResourceCache<Pod>();
        var sync = cache.WaitForSyncAsync(none);
        var revision = cache.WaitUntilAsync(9, none);
        var gone = cache.WaitUntilAsync(new ResourceKey("shop", "a"), item => item is null && cache.HasSynced, none);
        Assert.False(sync.IsCompleted);
        cache.Replace([Pods.Named("a", 5)], "7");
        await sync;
        Assert.False(revision.IsCompleted || gone.IsCompleted);
        cache.Apply(Pods.Event(WatchEventType.Deleted, Pods.Named("a", 8)));
        await gone;
        Assert.False(revision.IsCompleted);
        cache.Advance("10");
        await revision;
    }

    private static Pod In(string namespaceName, string name, int revision)
    {
        var pod = Pods.Named(name, revision);
        return pod with { Metadata = pod.Metadata with { Namespace = namespaceName } };
    }

    private static string Version(Pod? pod) => pod is null ? "-" : pod.Metadata.Name + pod.Metadata.ResourceVersion;

    private static IEnumerable<string> Names(IEnumerable<Pod> pods) => pods.Select(pod => pod.Metadata.Name);
}
