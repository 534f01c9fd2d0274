using Holdfast.Controllers.GarbageCollection;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.GarbageCollection;

public sealed class GarbagePlannerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Present", "")]
    [InlineData("Absent", "delete Background")]
    [InlineData("InOtherNamespace", "say, delete Background")]
    [InlineData("Waiting", "delete Background")]
    [InlineData("Absent Absent", "delete Background")]
    [InlineData("Present Absent", "keep owners o0")]
    [InlineData("Present Waiting", "keep owners o0")]
    [InlineData("Absent UnknownKind", "")]
    [InlineData("NotReachable", "say")]
    [InlineData("NotReachable Absent", "say")]
    public void An_object_goes_only_when_no_owner_keeps_it(string owners, string expected) =>
        Assert.Equal(expected, Shown(Observation(owners)));

    [Fact]
    public void What_waits_and_owns_something_goes_in_the_foreground() =>
        Assert.Equal("delete Foreground", Shown(Observation("Waiting", Owned("leaf", "me"))));

    [Fact]
    public void In_a_circle_nobody_blocks()
    {
        var circle = Going(Owned("top", "me"), GarbagePlanner.Foreground);
        var observation = Observation("Waiting", circle);

        var update = Assert.IsType<UpdateObject>(Assert.Single(GarbagePlanner.Plan(observation)));
        Assert.False(update.Object.Metadata.OwnerReferences[0].BlockOwnerDeletion);
        Assert.Equal("delete Foreground", Shown(observation with { Object = update.Object }));
    }

    [Fact]
    public void An_owner_waits_for_those_that_block_it_and_only_for_those()
    {
        var owner = Going(Map("root", []), GarbagePlanner.Foreground);
        var blocker = Map("leaf", [Reference("me") with { BlockOwnerDeletion = true }]);

        Assert.Equal("", Shown(new GarbageObservation(owner, [], [blocker])));
        Assert.Equal("finalizers ", Shown(new GarbageObservation(owner, [], [Owned("leaf", "me")])));
    }

    [Fact]
    public void An_orphaning_owner_first_gives_everything_up()
    {
        var owner = Going(Map("root", []), GarbagePlanner.Orphan);

        Assert.Equal("keep owners ", Shown(new GarbageObservation(owner, [], [Owned("leaf", "me")])));
        Assert.Equal("finalizers ", Shown(new GarbageObservation(owner, [], [])));
    }

    [Fact]
    public void An_object_that_is_going_already_is_left_alone()
    {
        var going = Observation("Absent");
        Assert.Empty(GarbagePlanner.Plan(going with { Object = Going(going.Object, "example.com/hold") }));
    }

    private static string Shown(GarbageObservation observation) => string.Join(", ", GarbagePlanner.Plan(observation).Select(effect => effect switch
    {
        DeleteObject delete => $"delete {delete.Propagation}",
        SayInvalidOwner => "say",
        UpdateObject update when update.Object.Metadata.DeletionTimestamp is not null => $"finalizers {string.Join(' ', update.Object.Metadata.Finalizers.AsEnumerable())}",
        UpdateObject update => $"keep owners {string.Join(' ', update.Object.Metadata.OwnerReferences.Select(owner => owner.Uid))}",
        _ => effect.ToString(),
    }));

    private static GarbageObservation Observation(string owners, params IResource[] dependents)
    {
        var sights = owners.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((state, i) => new OwnerSight(Reference($"o{i}") with { BlockOwnerDeletion = true }, Enum.Parse<OwnerState>(state))).ToList();
        return new(Map("me", [.. sights.Select(sight => sight.Reference)]), [.. sights], [.. dependents]);
    }

    private static OwnerReference Reference(string uid) => new() { ApiVersion = "v1", Kind = "ConfigMap", Name = uid, Uid = uid };

    private static ConfigMap Owned(string name, string ownerUid) => Map(name, [Reference(ownerUid)]);

    private static ConfigMap Map(string name, OwnerReference[] owners) =>
        new ConfigMap { Metadata = Named(name) with { Uid = name == "root" ? "me" : name, OwnerReferences = [.. owners] } };

    private static IResource Going(IResource resource, string finalizer) => resource.WithMetadata(
        resource.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = [finalizer] });
}
