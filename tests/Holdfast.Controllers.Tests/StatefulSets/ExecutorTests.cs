using Holdfast.Client;
using Holdfast.Controllers.Pods;
using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.StatefulSets;

/// <summary>What the controller does when the server does not simply do as it is told.</summary>
public sealed class ExecutorTests
{
    [Fact]
    public Task A_revision_of_the_same_template_that_nobody_owns_is_adopted() => In(async world =>
    {
        var set = world.Api.Find<StatefulSet>("default", "web")!;
        await world.UntilAsync("the revision is the set's", () =>
            world.Api.All<ControllerRevision>() is [var only] && only.Metadata.Controller()?.Uid == set.Metadata.Uid);
        await world.UntilAsync("the set names it", () => world.Api.Find<StatefulSet>("default", "web")!.Status.CurrentRevision == world.Api.All<ControllerRevision>()[0].Metadata.Name);
        Assert.Equal(0, world.Api.Find<StatefulSet>("default", "web")!.Status.CollisionCount);
    }, set => new ControllerRevision { Metadata = Named(RevisionHistory.Of(set, 1, 0).Metadata.Name, "default"), Data = RevisionHistory.Of(set, 1, 0).Data, Revision = 1 });

    [Fact]
    public Task A_revision_of_another_template_is_passed_over() => In(async world =>
    {
        await world.UntilAsync("the set has a revision", () => world.Api.Find<StatefulSet>("default", "web")!.Status.CurrentRevision.Length > 0);
        Assert.Equal((2, 1), (world.Api.All<ControllerRevision>().Count, world.Api.Find<StatefulSet>("default", "web")!.Status.CollisionCount));
    }, set =>
    {
        var other = set with { Spec = set.Spec with { Template = set.Spec.Template with { Spec = set.Spec.Template.Spec with { Hostname = "other" } } } };
        return new ControllerRevision { Metadata = Named(RevisionHistory.Of(set, 1, 0).Metadata.Name, "default"), Data = RevisionHistory.Of(other, 1, 0).Data, Revision = 1 };
    });

    [Fact]
    public Task A_set_in_a_namespace_that_ends_tries_once_and_says_nothing() => In(async world =>
    {
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.DoesNotContain(world.Api.Calls, call => call.Verb == ApiVerb.Create && call.Type == Event.ResourceType);
        Assert.DoesNotContain(world.Log, entry => entry.Severity >= Platform.LogSeverity.Warning);
        Assert.InRange(world.Api.Calls.Count(call => call.Verb == ApiVerb.Create), 1, 3);
    }, _ => null, "default");

    [Fact]
    public Task What_is_made_and_deleted_is_told_in_upstreams_words() => In(async world =>
    {
        await world.UntilAsync("the pod is told of", () => Told(world, "SuccessfulCreate").Contains("Normal: Create Pod web-0 in StatefulSet web successful"));
        Assert.Contains("Normal: Create Claim data-web-0 Pod web-0 in StatefulSet web success", Told(world, "SuccessfulCreate"));
        var set = world.Api.Find<StatefulSet>("default", "web")!;
        world.Api.Put(set with { Spec = set.Spec with { Replicas = 0 } });
        await world.UntilAsync("its end is told of", () => Told(world, "SuccessfulDelete").Contains("Normal: Delete Pod web-0 in StatefulSet web successful"));
    }, _ => null);

    [Fact]
    public Task What_the_server_refuses_is_told_with_its_reason_and_counted_up() => In(async world =>
    {
        world.Api.Faults.OnCall = call => call is { Verb: ApiVerb.Create, Body: Pod } ? FakeFault.ServerError : FakeFault.None;
        await world.UntilAsync("it is told of", () => world.Api.All<Event>().Any(told => told is { Reason: "FailedCreate", Count: > 2 }));
        var failed = Assert.Single(world.Api.All<Event>(), told => told.Reason == "FailedCreate");
        Assert.StartsWith("Create Pod web-0 in StatefulSet web failed error: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal(("Warning", "statefulset-controller"), (failed.Type, failed.Source.Component));
    }, _ => null);

    [Fact]
    public Task A_claim_that_is_being_deleted_is_told_of_while_the_pod_waits_for_it() => In(async world =>
    {
        await world.UntilAsync("the pod is made", () => world.Api.Find<Pod>("default", "web-0") is not null);
        world.Api.Put(new PersistentVolumeClaim { Metadata = Named("data-web-0", "default") with { DeletionTimestamp = world.Environment.Time.GetUtcNow() } });
        await world.PassAsync(TimeSpan.FromSeconds(5));
        world.Api.Remove<Pod>("default", "web-0");
        await world.UntilAsync("it is told of", () => Told(world, "FailedCreate").Any());
        Assert.Equal(["Warning: Create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted"], Told(world, "FailedCreate"));
        world.Api.Remove<PersistentVolumeClaim>("default", "data-web-0");
        await world.UntilAsync("the pod is made", () => world.Api.Find<Pod>("default", "web-0") is not null);
    }, _ => null);

    [Fact]
    public Task That_a_stranger_holds_a_name_is_no_event() => In(async world =>
    {
        world.Api.Put(new Pod
        {
            Metadata = Named("web-0", "default") with { OwnerReferences = [new() { ApiVersion = "example.dev/v1", Kind = "Robot", Name = "r", Uid = "r", Controller = true }] },
        });
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Contains(world.Log, entry => entry.Message.Contains("web-0", StringComparison.Ordinal) && entry.Severity == Platform.LogSeverity.Warning);
        Assert.Empty(Told(world, "FailedCreate"));
    }, _ => null);

    private static IEnumerable<string> Told(SimulatedWorld world, string reason) =>
        world.Api.All<Event>().Where(told => told.Reason == reason).Select(told => $"{told.Type}: {told.Message}");

    [Theory]
    [InlineData("statefulsets")]
    [InlineData("pods")]
    public Task A_claim_is_given_to_a_pod_only_when_set_and_pod_are_as_they_were_seen(string changed) => In(async world =>
    {
        await world.UntilAsync("the pod is made", () => world.Api.Find<Pod>("default", "web-0") is not null);
        await world.PassAsync(TimeSpan.FromSeconds(1));
        var pod = world.Api.Find<Pod>("default", "web-0")!;
        var isChanged = false;
        world.Api.Faults.OnCall = call =>
        {
            // Just before the server is asked, what the caches have shown is past.
            if (call.Verb == ApiVerb.Get && call.Type.Plural == changed && !isChanged)
            {
                isChanged = true;
                if (changed == "pods")
                    world.Api.Put(pod with { Metadata = pod.Metadata with { Uid = "another" } });
                else
                    world.Api.Put(Scaled(world.Api.Find<StatefulSet>("default", "web")!, 1));
            }
            return FakeFault.None;
        };
        world.Api.Put(Scaled(world.Api.Find<StatefulSet>("default", "web")!, 0));
        await world.UntilAsync("the server was asked", () => isChanged);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(world.Api.History, change => change.New is PersistentVolumeClaim claim && claim.Metadata.OwnerReferences.Any(owner => owner.Uid == pod.Metadata.Uid));
    }, _ => null, set => set with { Spec = set.Spec with { PersistentVolumeClaimRetentionPolicy = new() { WhenDeleted = "Retain", WhenScaled = "Delete" } } });

    private static StatefulSet Scaled(StatefulSet set, int replicas) =>
        set with { Spec = set.Spec with { Replicas = replicas }, Metadata = set.Metadata with { Generation = set.Metadata.Generation + 1 } };

    private static Task In(Func<SimulatedWorld, Task> body, Func<StatefulSet, ControllerRevision?> there, params string[] ending) => In(body, there, set => set, ending);

    private static Task In(
        Func<SimulatedWorld, Task> body, Func<StatefulSet, ControllerRevision?> there, Func<StatefulSet, StatefulSet> change, params string[] ending) => Run(
        (host, context) => StatefulSetReconciler.AddTo(host, context),
        body,
        world =>
        {
            var set = world.Api.Put(change(new ModelWorld(1).Set));
            if (there(set) is { } revision)
            {
                world.Api.Put(revision);
            }
            foreach (var name in ending)
            {
                world.Api.Faults.EndingNamespaces.Add(name);
            }
        });
}
