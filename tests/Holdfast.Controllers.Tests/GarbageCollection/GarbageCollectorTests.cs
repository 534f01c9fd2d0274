using Holdfast.Client;
using Holdfast.Controllers.GarbageCollection;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.GarbageCollection;

public sealed class GarbageCollectorTests
{
    [Fact]
    public Task A_chain_goes_with_its_root_and_so_does_what_names_an_owner_by_another_name() => In(async world =>
    {
        var root = Put(world, "root");
        var middle = Put(world, "middle", root);
        Put(world, "leaf", middle);
        Put(world, "wrong", middle with { Metadata = middle.Metadata with { Name = "root" } });
        Put(world, "free");
        await world.UntilAsync("the owner of another uid counts as gone", () => Find(world, "wrong") is null);
        world.Api.Remove<ConfigMap>("shop", "root");
        await world.UntilAsync("all are gone", () => world.Api.All<ConfigMap>().Count == 1);
        Assert.NotNull(Find(world, "free"));
    });

    [Fact]
    public Task What_is_made_after_its_owner_went_goes_too() => In(async world =>
    {
        var root = Put(world, "root");
        world.Api.Remove<ConfigMap>("shop", "root");
        await world.PassAsync(TimeSpan.FromSeconds(1));
        Put(world, "late", root);
        await world.UntilAsync("it is gone", () => Find(world, "late") is null);
    });

    [Fact]
    public Task Nothing_goes_because_the_caches_are_behind() => In(async world =>
    {
        await world.PassAsync(TimeSpan.FromSeconds(1));
        // The caches show the leaf and not yet its owner.
        world.Api.Faults.WatchLag = 1;
        var root = new ConfigMap { Metadata = Named("root") with { Uid = "root-uid" } };
        Put(world, "leaf", root);
        world.Api.Put(root);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Contains(world.Api.Calls, call => call is { Verb: ApiVerb.Get, Name: "root" });
        Assert.DoesNotContain(world.Api.Calls, call => call.Verb == ApiVerb.Delete);
    });

    [Fact]
    public Task A_deletion_holds_only_for_the_object_that_was_judged() => In(async world =>
    {
        world.Api.Faults.OnCall = call =>
        {
            // Just before the first deletion arrives, the object is made to belong to somebody who is there.
            if (call is { Verb: ApiVerb.Delete } && Find(world, "leaf") is { } leaf && leaf.Metadata.OwnerReferences[0].Uid == "gone")
            {
                Put(world, "leaf", Put(world, "keeper"));
            }
            return FakeFault.None;
        };
        Put(world, "leaf", new ConfigMap { Metadata = Named("was") with { Uid = "gone" } });
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("keeper", Find(world, "leaf")!.Metadata.OwnerReferences[0].Name);
    });

    [Fact]
    public Task A_foreground_deletion_waits_for_what_blocks_it() => In(async world =>
    {
        var root = Put(world, "root");
        Put(world, "leaf", root, "example.com/hold");
        world.Api.Put(Going(root, GarbagePlanner.Foreground));
        await world.UntilAsync("the leaf is going", () => Find(world, "leaf")!.Metadata.DeletionTimestamp is not null);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull(Find(world, "root"));
        world.Api.Remove<ConfigMap>("shop", "leaf");
        await world.UntilAsync("the root is gone", () => Find(world, "root") is null);
    });

    [Fact]
    public Task An_orphaning_deletion_leaves_what_was_owned() => In(async world =>
    {
        var root = Put(world, "root");
        Put(world, "leaf", root);
        world.Api.Put(Going(root, GarbagePlanner.Orphan));
        await world.UntilAsync("the root is gone", () => Find(world, "root") is null);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.True(Find(world, "leaf")!.Metadata.OwnerReferences.IsEmpty);
    });

    [Fact]
    public Task An_orphaning_deletion_ends_also_when_what_was_owned_goes_by_itself_unseen() => In(async world =>
    {
        var isRefused = false;
        world.Api.Faults.OnCall = call =>
        {
            if (call is not { Verb: ApiVerb.Update, Body.Metadata.Name: "leaf" } || isRefused)
            {
                return FakeFault.None;
            }
            isRefused = true;
            throw new ApiException(Status.Empty with { Code = 404, Reason = "NotFound", Message = "the leaf was gone for a moment" });
        };
        var root = Put(world, "root");
        Put(world, "leaf", root);
        world.Api.Put(Going(root, GarbagePlanner.Orphan));
        await world.UntilAsync("the root is gone", () => Find(world, "root") is null);
        Assert.True(isRefused);
    });

    [Fact]
    public Task An_owner_in_another_namespace_is_no_owner_and_people_are_told() => In(async world =>
    {
        var far = world.Api.Put(new ConfigMap { Metadata = Named("far", "elsewhere") });
        await world.PassAsync(TimeSpan.FromSeconds(1));
        Put(world, "leaf", far);
        await world.UntilAsync("it is gone", () => Find(world, "leaf") is null);
        await world.UntilAsync("it was told", () => world.Api.All<Event>().Any(told => told.Reason == "OwnerRefInvalidNamespace"));
    });

    private static Task In(Func<SimulatedWorld, Task> body) =>
        Run((host, context) => GarbageCollector.AddTo(host, context, ServedKinds.OfModel), body);

    private static ConfigMap? Find(SimulatedWorld world, string name) => world.Api.Find<ConfigMap>("shop", name);

    private static ConfigMap Put(SimulatedWorld world, string name, ConfigMap? owner = null, params string[] finalizers) => world.Api.Put(new ConfigMap
    {
        Metadata = Named(name) with
        {
            Uid = name + "-uid",
            Finalizers = [.. finalizers],
            OwnerReferences = owner is null ? [] :
                [new OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = owner.Metadata.Name, Uid = owner.Metadata.Uid, BlockOwnerDeletion = true }],
        },
    });

    private static ConfigMap Going(ConfigMap map, string finalizer) => map with
    {
        Metadata = map.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = [finalizer] },
    };
}
