using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using static Holdfast.ApiServer.Tests.Cluster;
using static Holdfast.ApiServer.Tests.Objects;

namespace Holdfast.ApiServer.Tests;

public sealed class ReadingTests
{
    [Fact]
    public async Task Pages_show_one_revision_whatever_happens_between_them()
    {
        await using var cluster = await StartAsync();
        for (var i = 0; i < 5; i++)
            await cluster.CreateAsync(ConfigMap($"c{i}"));
        var query = new ListQuery { Namespace = "default", Limit = 2 };
        var first = await cluster.Client.ListAsync<ConfigMap>(query, Token);
        await cluster.Client.DeleteAsync<ConfigMap>("default", "c3", null, Token);
        await cluster.CreateAsync(ConfigMap("c9"));
        var second = await cluster.Client.ListAsync<ConfigMap>(query with { Continue = first.Metadata.Continue }, Token);
        var third = await cluster.Client.ListAsync<ConfigMap>(query with { Continue = second.Metadata.Continue }, Token);
        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], first.Items.Concat(second.Items).Concat(third.Items).Select(item => item.Metadata.Name));
        Assert.Equal(first.Metadata.ResourceVersion, third.Metadata.ResourceVersion);
        Assert.Empty(third.Metadata.Continue);
        Assert.Equal(3, first.Metadata.RemainingItemCount);
    }

    [Fact]
    public async Task Selectors_choose_by_labels_and_fields()
    {
        await using var cluster = await StartAsync();
        await cluster.CreateAsync(Pod("a", "n1"));
        await cluster.CreateAsync(Pod("b"));
        var onNode = await cluster.Client.ListAsync<Pod>(new ListQuery { FieldSelector = "spec.nodeName=n1" }, Token);
        Assert.Equal("a", Assert.Single(onNode.Items).Metadata.Name);
        Assert.Equal(2, (await cluster.Client.ListAsync<Pod>(new ListQuery { LabelSelector = "app in (a,b)" }, Token)).Items.Length);
        var refusal = await RefusedAsync(() => cluster.Client.ListAsync<Pod>(new ListQuery { FieldSelector = "spec.nope=1" }, Token));
        Assert.Equal("field label not supported: spec.nope", refusal.Message);
    }

    [Fact]
    public async Task A_watch_tells_what_is_there_then_each_change_as_its_selector_sees_it()
    {
        await using var cluster = await StartAsync();
        var there = await cluster.CreateAsync(Labelled("a", "1"));
        await using var watch = cluster.Client.WatchAsync<ConfigMap>(
            new ListQuery { Namespace = "default", LabelSelector = "t=1", SendInitialEvents = true }, Token).GetAsyncEnumerator(Token);
        Assert.Equal((WatchEventType.Added, "a"), await NextAsync(watch));
        Assert.Equal((WatchEventType.Bookmark, ""), await NextAsync(watch));
        Assert.True(watch.Current.IsInitialEventsEnd);

        await cluster.CreateAsync(Labelled("other", "2"));
        var gone = await cluster.Client.UpdateAsync(there with { Metadata = there.Metadata with { Labels = default } }, Token);
        Assert.Equal((WatchEventType.Deleted, "a"), await NextAsync(watch));
        Assert.Equal("1", watch.Current.Object!.Metadata.Labels["t"]);
        Assert.Equal(gone.Metadata.ResourceVersion, watch.Current.ResourceVersion);
        Assert.Equal(gone.Metadata.ResourceVersion, watch.Current.Object.Metadata.ResourceVersion);

        await cluster.Client.UpdateAsync(gone with { Metadata = there.Metadata with { ResourceVersion = "" } }, Token);
        Assert.Equal((WatchEventType.Added, "a"), await NextAsync(watch));
        await cluster.Client.DeleteAsync<ConfigMap>("default", "a", null, Token);
        Assert.Equal((WatchEventType.Deleted, "a"), await NextAsync(watch));
    }

    [Fact]
    public async Task A_watch_goes_on_from_a_revision_without_gap_or_repeat()
    {
        await using var cluster = await StartAsync();
        var first = await cluster.CreateAsync(ConfigMap("a"));
        await cluster.CreateAsync(ConfigMap("b"));
        await cluster.CreateAsync(ConfigMap("c"));
        await using var watch = cluster.Client.WatchAsync<ConfigMap>(
            new ListQuery { Namespace = "default", ResourceVersion = first.Metadata.ResourceVersion }, Token).GetAsyncEnumerator(Token);
        Assert.Equal((WatchEventType.Added, "b"), await NextAsync(watch));
        Assert.Equal((WatchEventType.Added, "c"), await NextAsync(watch));
    }

    private static ConfigMap Labelled(string name, string label) =>
        ConfigMap(name) with { Metadata = Meta(name) with { Labels = ValueMap.Of(("t", label)) } };

    private static async Task<(WatchEventType, string)> NextAsync(IAsyncEnumerator<WatchEvent<ConfigMap>> watch)
    {
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token));
        return (watch.Current.Type, watch.Current.Object?.Metadata.Name ?? "");
    }
}
